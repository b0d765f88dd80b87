import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import type { Plugin } from "vite";
import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";

const OUT = "../src/penstock/server/static";
// The server gives the page out under this path, and index.html at every address of the page.
const BASE = "/static-files/";

// `npm run dev` shows the page with the answers of a server that runs already.
const server = process.env.PENSTOCK_DEV_SERVER ?? "http://127.0.0.1:5000";

const read = (path: string) => readFileSync(join(import.meta.dirname, path), "utf8");

/** A classic script in the head, for a module would run after the first paint; with a digest in its name like the others. */
function themeFirst(): Plugin {
  const source = read("src/theme-first.js");
  const fileName = `assets/theme-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
  return {
    name: "theme-first",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName, source });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { src: BASE + fileName }, injectTo: "head" }],
  };
}

/** Packed twins of what is text: the server sends them to whoever takes them. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    writeBundle({ dir }) {
      for (const file of readdirSync(dir ?? OUT, { recursive: true, encoding: "utf8" })) {
        const path = join(dir ?? OUT, file);
        if (/\.(html|js|css|svg)$/.test(file)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: BASE,
  plugins: [solid(), themeFirst(), packed()],
  // Where the source is kept is said in one place; the header's link goes there.
  define: { __SOURCE_URL__: JSON.stringify(/^Source = "([^"]+)"/m.exec(read("../pyproject.toml"))?.[1] ?? "") },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // The server allows no data: addresses but in images.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": server, "/get-artifact": server } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
