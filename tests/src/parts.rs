//! What the program is made of that others wrote: crates that it is built with, on one platform or
//! another, and packages that its pages are built with. The console shows the list.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::packages::Package;

/// One line for each part, in order: name, version and licence, with tabs between.
pub fn list(root: &Path, packages: &[Package]) -> String {
    let lines: BTreeSet<String> = crates(packages).into_iter().chain(of_pages(root)).collect();
    lines.into_iter().map(|line| line + "\n").collect()
}

/// What the binary needs, and what that needs, and so on.
fn crates(packages: &[Package]) -> Vec<String> {
    let mut versions: HashMap<&str, Vec<&Package>> = HashMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().push(package);
    }
    let (mut seen, mut next) = (BTreeSet::new(), vec!["rollcall"]);
    let mut lines = Vec::new();
    while let Some(name) = next.pop() {
        if !seen.insert(name) {
            continue;
        }
        for package in versions.get(name).into_iter().flatten() {
            next.extend(package.needs.iter().map(String::as_str));
            if !package.is_member {
                lines.push(line(&package.name, &package.version, &package.licence));
            }
        }
    }
    lines
}

/// What is in the pages; packages that only build and test them are not.
fn of_pages(root: &Path) -> Vec<String> {
    let lock =
        fs::read_to_string(root.join("web/package-lock.json")).expect("there is a lock file");
    let lock: Value = serde_json::from_str(&lock).expect("npm writes JSON");
    let packages = lock["packages"].as_object().expect("it lists packages");
    let shipped = packages.iter().filter(|(_, package)| package["dev"] != true);
    let named = shipped.filter_map(|(path, package)| {
        let (_, name) = path.rsplit_once("node_modules/")?;
        let text = |key: &str| package[key].as_str().unwrap_or_default();
        Some(line(name, text("version"), text("license")))
    });
    named.collect()
}

fn line(name: &str, version: &str, licence: &str) -> String {
    format!("{name}\t{version}\t{licence}")
}
