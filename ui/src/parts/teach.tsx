import { Copy } from "./copy";

/** How to send a first run here, ready to be copied. */
export function Teach(props: { experiment: string }) {
  const script = () => `import penstock

penstock.set_tracking_uri("${location.origin}")
penstock.set_experiment(${JSON.stringify(props.experiment)})
with penstock.start_run():
    penstock.log_param("rate", 0.1)
    for step in range(100):
        penstock.log_metric("loss", 1 / (step + 1), step=step)
`;
  return (
    <div class="teach">
      <pre>
        <code>{script()}</code>
      </pre>
      <Copy text={script()} what="script" />
    </div>
  );
}
