//! The build of the pages, with stand-ins for Node and npm that note when they run.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files has failed")]

#[path = "../build/web.rs"]
mod web;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use web::{Tools, WebBuild, WebError};

#[test]
fn a_build_runs_only_when_its_inputs_changed() {
    let tree = Tree::new("changes");
    tree.build().unwrap();
    assert_eq!(tree.runs(), ["ci", "build"]);
    assert!(tree.root.join("out/web/dist/status/index.html").is_file());

    tree.build().unwrap();
    assert_eq!(tree.runs(), ["ci", "build"], "nothing changed");

    tree.write("web/status/main.ts", "2");
    tree.build().unwrap();
    assert_eq!(tree.runs(), ["ci", "build", "build"], "a source alone");

    tree.write("web/package-lock.json", "{ }");
    tree.build().unwrap();
    assert_eq!(tree.runs(), ["ci", "build", "build", "ci", "build"], "the packages too");
}

#[test]
fn the_copy_follows_renames_and_leaves_products_alone() {
    let tree = Tree::new("copy");
    tree.write("web/node_modules/x/index.js", "theirs");
    tree.write("web/dist/old.html", "old");
    tree.build().unwrap();
    assert!(!tree.root.join("out/web/dist/old.html").exists());
    assert!(!tree.root.join("out/web/node_modules/x").exists());

    fs::rename(tree.root.join("web/status/main.ts"), tree.root.join("web/status/page.ts")).unwrap();
    tree.build().unwrap();
    assert!(tree.root.join("out/web/status/page.ts").is_file());
    assert!(!tree.root.join("out/web/status/main.ts").exists());
    assert_eq!(tree.runs(), ["ci", "build", "build"]);
}

#[test]
fn a_failed_npm_shows_its_output_and_runs_again() {
    let tree = Tree::new("failure");
    tree.program("npm", "echo 'E404 no such package' >&2; exit 1");
    let error = tree.build().unwrap_err().to_string();
    assert!(error.starts_with("`npm ci --no-audit --no-fund` failed"), "{error}");
    assert!(error.contains("E404 no such package"), "{error}");

    tree.program("npm", NPM);
    tree.build().unwrap();
    assert_eq!(tree.runs(), ["ci", "build"]);
}

#[test]
fn a_build_that_makes_no_page_fails() {
    let tree = Tree::new("no-page");
    tree.program("npx", "true");
    let error = tree.build().unwrap_err();
    assert!(matches!(error, WebError::NoPage { .. }), "{error}");
}

#[test]
fn where_node_is_missing_or_old_a_sentence_says_what_to_install() {
    let tree = Tree::new("node");
    for (script, expected) in [
        ("echo v18.20.4", "Node v18.20.4 is too old: install Node 20.19 or newer"),
        ("echo v20.18.9", "Node v20.18.9 is too old: install Node 20.19 or newer"),
    ] {
        tree.program("node", script);
        let error = tree.build().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    fs::remove_file(tree.root.join("node")).unwrap();
    let error = tree.build().unwrap_err().to_string();
    assert!(error.starts_with("Node is missing: install Node 20.19 or newer with npm"), "{error}");
    assert!(tree.runs().is_empty());

    for new_enough in ["echo v20.19.0", "echo v22.1.0"] {
        tree.program("node", new_enough);
        tree.build().unwrap();
    }
}

/// A `web/` with two files, stand-ins for the tools, and a directory for what is built.
struct Tree {
    root: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Tree {
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("web_build").join(name);
        let _ = fs::remove_dir_all(&root);
        let tree = Self { root, _turn: TURN.lock().unwrap_or_else(PoisonError::into_inner) };
        tree.write("web/package.json", "{}");
        tree.write("web/package-lock.json", "{}");
        tree.write("web/status/main.ts", "1");
        tree.program("node", "echo v20.19.0");
        tree.program("npm", NPM);
        tree.program("npx", NPX);
        tree
    }

    fn build(&self) -> Result<(), WebError> {
        let program = |name| self.root.join(name);
        let tools = Tools { node: program("node"), npm: program("npm"), npx: program("npx") };
        let (source, out) = (self.root.join("web"), self.root.join("out"));
        WebBuild { source: &source, out: &out, tools: &tools }.run()
    }

    fn runs(&self) -> Vec<String> {
        let text = fs::read_to_string(self.root.join("runs")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn program(&self, name: &str, script: &str) {
        self.write(name, &format!("#!/bin/sh\n{script}\n"));
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.root.join(name), executable).unwrap();
    }
}

/// One test at a time: a script that is open for writing in one thread, and so in a child that
/// another thread is just starting, cannot be run (`ETXTBSY`).
static TURN: Mutex<()> = Mutex::new(());

/// The stand-ins run in `out/web`.
const NPM: &str = "echo ci >> ../../runs; mkdir -p node_modules";
const NPX: &str = "echo build >> ../../runs; mkdir -p dist/status; echo > dist/status/index.html";
