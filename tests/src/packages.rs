//! The packages of the workspace and of its lock file, from `cargo metadata`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// One package of the lock file.
pub struct Package {
    /// Its name in the registry or the workspace.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// Its licence expression; empty where the manifest has none.
    pub licence: String,
    /// Whether it is a member of this workspace.
    pub is_member: bool,
    /// Names of what it needs to be built; not what only its tests need.
    pub needs: Vec<String>,
    /// The directory of its manifest.
    pub dir: String,
}

/// Every package that the lock file names, whatever the platform.
pub fn all(root: &Path) -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .current_dir(root)
        .output()
        .expect("cargo is what runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("metadata lists packages");
    packages.iter().map(package).collect()
}

/// The versions of each package that the lock file has more than one version of.
pub fn duplicated(packages: &[Package]) -> BTreeMap<&str, Vec<&str>> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    versions.retain(|_, found| found.len() > 1);
    versions
}

fn package(value: &Value) -> Package {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let manifest = text("manifest_path");
    let dependencies = value["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    Package {
        name: text("name"),
        version: text("version"),
        licence: text("license"),
        is_member: value["source"].is_null(),
        needs: dependencies.iter().filter(|needed| needed["kind"].is_null()).map(name).collect(),
        dir: manifest.trim_end_matches("/Cargo.toml").to_owned(),
    }
}

fn name(value: &Value) -> String {
    value["name"].as_str().unwrap_or_default().to_owned()
}
