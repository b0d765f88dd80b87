import type { Experiment } from "../../api/types";

/** The experiments whose name holds every word typed, in any order and case; or whose id is what was typed. */
export function find(experiments: readonly Experiment[], typed: string): Experiment[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return experiments.filter((experiment) => {
    const name = experiment.name.toLowerCase();
    return words.every((word) => name.includes(word)) || experiment.experiment_id === typed.trim();
  });
}
