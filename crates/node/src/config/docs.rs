//! `docs/options.md`, written from the records so that it cannot disagree with them.

use std::fmt::Write as _;

use super::setting::{Preset, Setting};
use super::{APP, SERVER};

/// The whole page.
pub fn options_markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    for setting in SERVER {
        server_row(&mut page, setting).expect("writing to a String cannot fail");
    }
    page.push_str(APPS);
    for setting in APP {
        app_row(&mut page, setting).expect("writing to a String cannot fail");
    }
    page.push_str(EXAMPLE);
    page
}

fn server_row<T>(page: &mut String, setting: &Setting<T>) -> std::fmt::Result {
    let flag = setting.flag().map(|flag| format!("`--{flag} {}`", setting.value_name()));
    let variable = setting.variable().map(|variable| format!("`{variable}`"));
    let key = setting.is_in_file().then(|| format!("`{}`", setting.key));
    let [flag, variable, key] = [flag, variable, key].map(|name| name.unwrap_or("–".to_owned()));
    write!(page, "| {flag} | {variable} | {key} ")?;
    writeln!(page, "| {} | {} | {} |", default(setting), setting.allowed(), setting.doc)
}

fn app_row<T>(page: &mut String, setting: &Setting<T>) -> std::fmt::Result {
    write!(page, "| `{}` | {} ", setting.key, default(setting))?;
    write!(page, "| {} | {} ", setting.group.name(), setting.applies_to.words())?;
    writeln!(page, "| {} | {} |", setting.allowed(), setting.doc)
}

fn default<T>(setting: &Setting<T>) -> String {
    match setting.default {
        Preset::Written(value) => format!("`{value}`"),
        words => words.as_str().to_owned(),
    }
}

const INTRODUCTION: &str = "\
# Options

This page is generated from the records in `crates/node/src/config/`; a test fails when it is stale, and `ROLLCALL_BLESS=1 cargo test -p rollcall-node` rewrites it.

A flag beats a variable, a variable the file, the file the default.
Every value is checked, also one that another beats.
An unknown flag or key and a bad value end the program with one sentence and a non-zero exit.
An empty variable counts as not set.
Paths are relative to the directory in which the program was started.

## Options of the program

The file is TOML and is read only when `--config` or `ROLLCALL_CONFIG` names it.

| Flag | Variable | Key of the file | Default | Allowed | What it does |
|---|---|---|---|---|---|
";

const APPS: &str = "
## Settings of an app

Apps live in the database, where `rollcall apps add`, `set` and `remove` change them ([commands.md](commands.md)), a running server included, and so does the console ([console.md](console.md)).
The file can declare apps too, each with its own `[[apps]]`.
Those are fixed: the file alone changes them, and only at a start.
The keys are the same in both, and so are the checks; `apps set` writes those of nested tables with a dot, as they are here.
Ids and keys must differ from those of every other app.
To change a key without an outage, set `keys` to the old pair and the new one, move clients and back ends over, and then set it to the new one alone; connections that are open stay.

| Key | Default | Group | A change applies to | Allowed | What it does |
|---|---|---|---|---|---|
";

const EXAMPLE: &str = r#"
## Example

```toml
listen = "127.0.0.1:9000"
data = "data"

[[apps]]
id = "1001"
name = "Demo"
keys = [{ key = "app-key", secret = "app-secret" }]
client_events = true
presence = { max_members = 500, grace_seconds = 5 }
limits = { client_events_per_second = 20 }
```
"#;
