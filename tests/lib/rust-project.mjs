// A Rust project outside of the workspace, as somebody makes it who follows the program of Getting started.
// `node tests/lib/rust-project.mjs` (`make examples`) builds what such a program needs, so that no test waits for that.

import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './snippets.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TEMPLATE = join(ROOT, 'web/console/snippets/rust/main.rs');
const TARGET = join(ROOT, 'target');
/** Always the same, since cargo builds a project anew that has moved. */
const PROJECT = join(TARGET, 'snippets/rust');
/** What a build of everything takes on a slow machine. */
const BUILD_MS = 900_000;

/** Builds the program with the dependencies that its first lines name, and returns the path of what runs. */
export async function build(text) {
  await rm(PROJECT, { recursive: true, force: true });
  await mkdir(join(PROJECT, 'src'), { recursive: true });
  await writeFile(join(PROJECT, 'src/main.rs'), text);
  await writeFile(join(PROJECT, 'Cargo.toml'), manifest(text));
  // The versions and the profile of this repository, so that what it has built already is not built again.
  await copyFile(join(ROOT, 'Cargo.lock'), join(PROJECT, 'Cargo.lock'));
  const args = ['build', '--offline', '--config', join(ROOT, 'Cargo.toml'), '--target-dir', TARGET];
  await run(process.env.CARGO ?? 'cargo', args, { cwd: PROJECT }, BUILD_MS);
  return join(TARGET, 'debug/my-app');
}

/** What `cargo new` writes, with the lines that the program tells to add. It is in this repository, but not of its workspace. */
function manifest(text) {
  const lines = [...text.matchAll(/^\/\/! {3}(.*)$/gm)].map(([, line]) => line.replace('…/rollcall/', ROOT));
  return `[package]\nname = "my-app"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\n${lines.join('\n')}\n\n[workspace]\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build(await readFile(TEMPLATE, 'utf8'));
