import { splitProps, type JSX } from "solid-js";

import { useApp } from "../app-context";

type LinkProps = JSX.AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** A link within the page: no reload, but everything else that the browser does with links. */
export function Link(props: LinkProps) {
  const { router } = useApp();
  const [own, rest] = splitProps(props, ["onClick"]);
  const follow = (event: MouseEvent & { currentTarget: HTMLAnchorElement }) => {
    if (typeof own.onClick === "function") (own.onClick as (event: MouseEvent) => void)(event);
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.go(event.currentTarget.getAttribute("href") ?? "/");
  };
  return <a {...rest} onClick={follow} />;
}
