//! Builds the web pages, so that the crate can embed them; `build/web.rs` does the work.
//!
//! With the feature `pages` off, or with `ROLLCALL_SKIP_WEB=1` in the environment (which editors
//! and quick checks set), nothing is built and the program answers 501 for its pages.

#[path = "build/web.rs"]
mod web;

use std::env;
use std::path::{Path, PathBuf};

use web::{Tools, WebBuild, WebError};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(embedded_pages)");
    println!("cargo::rerun-if-env-changed=ROLLCALL_SKIP_WEB");
    let skip = env::var_os("ROLLCALL_SKIP_WEB").is_some_and(|value| value == "1");
    if skip || env::var_os("CARGO_FEATURE_PAGES").is_none() {
        println!("cargo::rerun-if-changed=build.rs");
        return;
    }
    if let Err(error) = build() {
        // Each fails the build, and without the exit code with which cargo would repeat all that
        // this script has printed. One directive is one line; a failed npm has more to say.
        error.to_string().lines().for_each(|line| println!("cargo::error={line}"));
    }
}

fn build() -> Result<(), WebError> {
    let variable = |name| env::var_os(name).map(PathBuf::from).expect("cargo sets it");
    let source = variable("CARGO_MANIFEST_DIR").join("../../web");
    // Before the build, so that a build that failed runs again as soon as its cause is mended.
    watch(&source)?;
    let build = WebBuild { source: &source, out: &variable("OUT_DIR"), tools: &Tools::default() };
    build.run()?;
    println!("cargo::rustc-cfg=embedded_pages");
    Ok(())
}

/// Names the inputs to cargo. The directory itself would not do: cargo would look through
/// node_modules each time, and build again whenever somebody installs something there.
fn watch(source: &Path) -> Result<(), WebError> {
    for path in ["build.rs".into(), "build/web.rs".into()].into_iter().chain(web::inputs(source)?) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    Ok(())
}
