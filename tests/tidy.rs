//! The house rules that no compiler checks: who may use whom, licences, the lock file, and the shape of files.
//! Each test lists every place that breaks its rule; an exception is a line in a table here, with its reason.

use std::fs;

use rollcall_tests::licence::is_allowed;
use rollcall_tests::packages::{self, Package};
use rollcall_tests::parts;
use rollcall_tests::sources::{self, Source};

#[test]
fn crates_use_only_what_they_may() {
    let packages = packages::all(&sources::root());
    let members = packages.iter().filter(|package| package.is_member);
    let broken = members.flat_map(|package| {
        let rule = RULES.iter().find(|rule| rule.krate == package.name);
        package.needs.iter().filter(move |need| !may_need(rule, need)).map(|need| {
            format!(
                "{} must not depend on {need} (ARCHITECTURE.md, who may use whom)",
                package.name
            )
        })
    });
    assert_none(broken);
}

#[test]
fn sources_name_only_what_their_crate_may_use() {
    let rust = sources::with_endings(&[".rs"]);
    assert_none(WORDS.iter().flat_map(|rule| {
        let files = rust.iter().filter(|source| rule.applies_to(&source.path));
        files.flat_map(|source| rule.broken_in(source)).collect::<Vec<_>>()
    }));
}

#[test]
fn licences_are_in_the_allow_list() {
    let packages = packages::all(&sources::root());
    let excepted = |name: &str| EXCEPTED_LICENCES.iter().any(|(known, _)| *known == name);
    let strange = packages
        .iter()
        .filter(|package| !is_allowed(&package.licence, LICENCES) && !excepted(&package.name));
    assert_none(strange.map(|package| {
        format!("{} {}: licence \"{}\"", package.name, package.version, package.licence)
    }));
}

#[test]
fn the_list_of_what_others_wrote_is_fresh() {
    let (root, file) = (sources::root(), sources::root().join("crates/rollcall/licences.tsv"));
    let fresh = parts::list(&root, &packages::all(&root));
    if std::env::var_os("ROLLCALL_BLESS").is_some() {
        fs::write(&file, &fresh).expect("the list can be written");
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == fresh,
        "crates/rollcall/licences.tsv is stale; run ROLLCALL_BLESS=1 cargo test -p rollcall-tests"
    );
}

#[test]
fn duplicated_versions_have_a_reason() {
    let packages = packages::all(&sources::root());
    let found = packages::duplicated(&packages);
    let reasons = |name: &str| DUPLICATES.iter().any(|(known, _)| *known == name);
    let surplus = found.iter().filter(|(name, _)| !reasons(name));
    assert_none(
        surplus.map(|(name, versions)| format!("{name} is locked as {}", versions.join(", "))),
    );
    let stale = DUPLICATES.iter().filter(|(name, _)| !found.contains_key(name));
    assert_none(stale.map(|(name, _)| format!("{name} is no longer duplicated: drop its line")));
}

#[test]
fn the_lock_file_stays_within_its_budget() {
    let lock =
        fs::read_to_string(sources::root().join("Cargo.lock")).expect("the lock file is committed");
    let count = lock.matches("[[package]]").count();
    assert!(count <= LOCK_BUDGET, "{count} packages in Cargo.lock; the budget is {LOCK_BUDGET}");
}

#[test]
fn every_rust_file_says_what_it_is() {
    let rust = sources::with_endings(&[".rs"]);
    let silent = rust.iter().filter(|source| !opens_with_doc(&source.text));
    assert_none(
        silent.map(|source| format!("{} does not open with `//! ` and a sentence", source.path)),
    );
}

#[test]
fn tests_do_not_sleep() {
    let rust = sources::with_endings(&[".rs"]);
    assert_none(rust.iter().flat_map(|source| {
        let naps =
            source.test_code().filter(|(_, line)| SLEEPS.iter().any(|word| line.contains(word)));
        naps.map(|(number, _)| format!("{}:{number} sleeps", source.path))
    }));
    let scripts = sources::with_endings(&[".mjs", ".test.ts", ".test.tsx"]);
    let own =
        scripts.iter().filter(|source| source.path.contains("test") && source.path != WAITING);
    assert_none(own.flat_map(|source| {
        let naps = source
            .text
            .lines()
            .enumerate()
            .filter(|(_, line)| TIMERS.iter().any(|word| line.contains(word)));
        naps.map(|(index, _)| {
            format!("{}:{} has a timer; {WAITING} is the place", source.path, index + 1)
        })
    }));
}

#[test]
fn unsafe_code_is_forbidden_everywhere() {
    let root = fs::read_to_string(sources::root().join("Cargo.toml"))
        .expect("the workspace has a manifest");
    assert!(root.contains("unsafe_code = \"forbid\""), "the workspace forbids unsafe code");
    let packages = packages::all(&sources::root());
    let lax = packages.iter().filter(|package| package.is_member && !inherits_lints(package));
    assert_none(
        lax.map(|package| format!("{} does not inherit the workspace's lints", package.name)),
    );
    let rust = sources::with_endings(&[".rs"]);
    assert_none(rust.iter().flat_map(|source| {
        let lines = source.code().filter(|(_, line)| line.contains("allow(unsafe_code"));
        lines.map(|(number, _)| format!("{}:{number} allows unsafe code", source.path))
    }));
}

#[test]
fn files_are_split_at_600_lines() {
    let files = sources::with_endings(&[".rs", ".ts", ".tsx", ".mjs", ".js", ".css"]);
    let long = files.iter().filter(|source| source.text.lines().count() > LONGEST_FILE);
    assert_none(
        long.map(|source| format!("{} has {} lines", source.path, source.text.lines().count())),
    );
}

#[test]
fn lock_files_of_the_web_name_no_registry() {
    let locks = sources::with_endings(&["package-lock.json"]);
    let bound = locks.iter().filter(|source| source.text.contains("\"resolved\""));
    assert_none(bound.map(|source| format!("{} names where packages come from", source.path)));
}

#[test]
fn architecture_names_what_exists() {
    let page = fs::read_to_string(sources::root().join("ARCHITECTURE.md")).expect("there is a map");
    let rust = sources::with_endings(&[".rs"]);
    let quoted = page.split('`').skip(1).step_by(2);
    let missing = quoted.filter(|word| match kind_of(word) {
        Named::Test => !rust.iter().any(|source| defines(source, word)),
        Named::Path => !sources::root().join(word).exists(),
        Named::Other => false,
    });
    assert_none(
        missing.map(|word| format!("ARCHITECTURE.md names `{word}`, which does not exist")),
    );
}

#[test]
fn p155_signatures_are_compared_in_constant_time() {
    let rust = sources::with_endings(&[".rs"]);
    let auth: Vec<&Source> =
        rust.iter().filter(|source| source.path.contains("crates/wire/src/auth")).collect();
    let constant =
        |source: &&Source| source.product_code().any(|(_, line)| line.contains(".ct_eq("));
    assert!(auth.iter().any(constant), "crates/wire/src/auth compares with subtle's ct_eq");
    assert_none(auth.iter().flat_map(|source| {
        let compared = source.product_code().filter(|(_, line)| compares_a_signature(line));
        compared.map(|(number, _)| format!("{}:{number} compares a signature with ==", source.path))
    }));
}

/// Words that a part of the tree must not contain outside of its tests.
struct Words {
    /// Path prefixes that the rule is about.
    files: &'static [&'static str],
    forbidden: &'static [&'static str],
    reason: &'static str,
}

impl Words {
    fn applies_to(&self, path: &str) -> bool {
        self.files.iter().any(|prefix| path.starts_with(prefix))
    }

    fn broken_in(&self, source: &Source) -> Vec<String> {
        let lines = source.product_code();
        let bad = lines.flat_map(|(number, line)| {
            let words = self.forbidden.iter().filter(move |word| line.contains(**word));
            words.map(move |word| format!("{}:{number} uses {word}: {}", source.path, self.reason))
        });
        bad.collect()
    }
}

/// What a crate may depend on: its own kind, and from outside.
struct Rule {
    krate: &'static str,
    /// Crates of this workspace.
    inside: &'static [&'static str],
    /// Crates from outside; empty means whatever the workspace declares.
    outside: &'static [&'static str],
}

fn may_need(rule: Option<&Rule>, need: &str) -> bool {
    let Some(rule) = rule else { return true };
    match need.starts_with("rollcall-") {
        true => rule.inside.contains(&need),
        false => rule.outside.is_empty() || rule.outside.contains(&need),
    }
}

/// What a word in backticks stands for.
enum Named {
    Test,
    Path,
    Other,
}

/// Names of tests are sentences with underscores; paths of this repository begin with one of its directories.
fn kind_of(word: &str) -> Named {
    let name = word.trim_end_matches('…');
    let letters =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.chars().all(letters) && name.matches('_').count() > 2 {
        return Named::Test;
    }
    match word.split_once('/') {
        Some(("crates" | "tests" | "fuzz" | "bench" | "web" | "docs", _)) => Named::Path,
        _ => Named::Other,
    }
}

/// Whether a function of this name is defined; with `…` at its end, one whose name begins so.
fn defines(source: &Source, word: &str) -> bool {
    let pattern = match word.strip_suffix('…') {
        Some(prefix) => format!("fn {prefix}"),
        None => format!("fn {word}("),
    };
    source.text.contains(&pattern)
}

fn opens_with_doc(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.starts_with("//! ") && line.len() > 12)
}

fn inherits_lints(package: &Package) -> bool {
    let manifest =
        fs::read_to_string(format!("{}/Cargo.toml", package.dir)).expect("a member has a manifest");
    manifest.contains("[lints]\nworkspace = true")
}

fn compares_a_signature(line: &str) -> bool {
    let compares = line.contains("==") || line.contains("!=");
    compares
        && ["signature", "digest", "hmac", "expected", "given"]
            .iter()
            .any(|word| line.contains(word))
}

/// Fails with one line for each place, all of them at once.
fn assert_none(places: impl Iterator<Item = String>) {
    let places: Vec<String> = places.collect();
    assert!(places.is_empty(), "\n{}\n", places.join("\n"));
}

/// ARCHITECTURE.md, "Who may use whom". A crate without a line here may use anything.
const RULES: &[Rule] = &[
    Rule {
        krate: "rollcall-wire",
        inside: &[],
        outside: &[
            "base64",
            "bytes",
            "hex",
            "hmac",
            "md-5",
            "ryu-js",
            "serde",
            "serde_json",
            "sha1",
            "sha2",
            "subtle",
        ],
    },
    Rule {
        krate: "rollcall-engine",
        inside: &["rollcall-wire"],
        outside: &["ahash", "bytes", "serde_json", "slab", "slotmap", "smallvec"],
    },
    Rule {
        krate: "rollcall-sim",
        inside: &["rollcall-wire", "rollcall-engine"],
        outside: &["bytes", "serde_json"],
    },
    Rule {
        krate: "rollcall-store",
        inside: &[],
        outside: &["serde", "serde_json", "sqlx", "tokio"],
    },
    Rule {
        krate: "rollcall-node",
        inside: &["rollcall-wire", "rollcall-engine", "rollcall-store"],
        outside: &[],
    },
    Rule {
        krate: "rollcall-server",
        inside: &["rollcall-wire"],
        outside: &[
            "base64",
            "crypto_secretbox",
            "getrandom",
            "reqwest",
            "rustls",
            "serde",
            "serde_json",
        ],
    },
    Rule { krate: "rollcall-web", inside: &["rollcall-node", "rollcall-store"], outside: &[] },
    Rule {
        krate: "rollcall-console",
        inside: &["rollcall-node", "rollcall-store", "rollcall-web"],
        outside: &[],
    },
    Rule {
        krate: "rollcall-status",
        inside: &["rollcall-node", "rollcall-store", "rollcall-web"],
        outside: &[],
    },
];

/// The same rule inside of crates, and the invariants that words give away.
const WORDS: &[Words] = &[
    Words {
        files: &["crates/wire/src", "crates/engine/src"],
        forbidden: &[
            "tokio::",
            "std::net",
            "std::fs",
            "std::thread",
            "std::env",
            "Instant::now",
            "SystemTime",
            "getrandom::",
            "rand::",
            "RandomState::new",
        ],
        reason: "wire and engine do no I/O, read no clock, draw no randomness",
    },
    Words {
        files: &["crates/engine/src"],
        forbidden: &["Mutex", "RwLock", "Atomic", "mpsc"],
        reason: "the machines know no threads and no locks",
    },
    Words {
        files: &["crates/sim/src"],
        forbidden: &["tokio::", "Instant::now", "SystemTime", "std::thread"],
        reason: "the simulation has a clock of its own",
    },
    Words {
        files: &["crates/node/src/shard", "crates/node/src/conn"],
        forbidden: &[
            "axum::",
            "hyper::",
            "serde_json::",
            "hmac::",
            "sha2::",
            "rollcall_store",
            "sqlx::",
            "crate::http",
        ],
        reason: "shards know neither HTTP nor JSON nor signatures nor the database",
    },
    Words {
        files: &["crates/node/src/http"],
        forbidden: &["crate::shard", "crate::conn"],
        reason: "HTTP reaches the machines through the NodeHandle alone",
    },
    Words {
        files: &["crates/web/src", "crates/status/src", "crates/console/src"],
        forbidden: &["rollcall_wire", "rollcall_engine"],
        reason: "the apps use the NodeHandle and the store",
    },
    Words {
        files: &["crates/store/src"],
        forbidden: &["rollcall_wire", "rollcall_engine", "rollcall_node"],
        reason: "the store knows its queries only",
    },
];

/// Licences that go with this workspace's own.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unlicense",
    "CC0-1.0",
    "BSL-1.0",
    "Unicode-3.0",
];

/// Packages under another licence, and why they may be here all the same.
const EXCEPTED_LICENCES: &[(&str, &str)] =
    &[("option-ext", "MPL-2.0; runs inside rust-embed's macro while building and is not linked")];

/// Packages that are locked in more than one version, and why that is still so.
const DUPLICATES: &[(&str, &str)] = &[
    ("base64", "sqlx 0.9 is a version behind"),
    ("block-buffer", "comes with digest"),
    ("cpufeatures", "comes with sha2"),
    ("crypto-common", "comes with digest"),
    ("digest", "sqlx 0.9 hashes its migrations with the 0.10 family"),
    ("getrandom", "ring 0.17 asks for 0.2"),
    ("hashbrown", "sqlx 0.9 asks for 0.16, indexmap for 0.17"),
    ("sha2", "sqlx 0.9 hashes its migrations with the 0.10 family"),
    ("syn", "tracing, zerocopy and rust-embed still derive with 2; built only, not linked"),
    ("windows-sys", "ring 0.17 asks for 0.52; only on Windows"),
];

const LOCK_BUDGET: usize = 300;
const LONGEST_FILE: usize = 600;
const SLEEPS: &[&str] = &["thread::sleep", "time::sleep", " sleep(Duration"];
/// The one script that may touch a timer.
const WAITING: &str = "tests/lib/wait.mjs";
const TIMERS: &[&str] = &["setTimeout(", "setInterval(", "waitForTimeout("];
