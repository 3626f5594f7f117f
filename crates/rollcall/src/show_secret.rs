//! The command that shows an app's secret, ready to be pasted into a shell: a secret itself is
//! printed nowhere else.

use std::fmt;
use std::path::Path;

use rollcall_node::config::Config;

/// `rollcall apps show ID --secret`, looking where the program looked that says so.
pub(crate) struct ShowSecret<'a> {
    /// The program, as it was started: it need not be on the path.
    pub(crate) program: &'a str,
    /// What it was started with.
    pub(crate) config: &'a Config,
    /// The app.
    pub(crate) id: &'a str,
}

impl fmt::Display for ShowSecret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (program, id) = (Word(self.program), Word(self.id));
        write!(f, "{program} apps show {id} --secret{}", self.options())
    }
}

impl ShowSecret<'_> {
    fn options(&self) -> String {
        let default = Config::default();
        let option =
            |name: &str, path: &Path| format!(" --{name} {}", Word(&path.to_string_lossy()));
        let data = (self.config.data != default.data).then(|| option("data", &self.config.data));
        let file = self.config.file.as_deref().map(|path| option("config", path));
        data.into_iter().chain(file).collect()
    }
}

/// A word of a shell's command line, quoted where it has to be.
struct Word<'a>(&'a str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        match self.0.chars().all(plain) {
            true => f.write_str(self.0),
            false => write!(f, "'{}'", self.0.replace('\'', r"'\''")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn it_looks_where_the_server_looks() {
        let config = Config {
            data: PathBuf::from("/srv/roll call"),
            file: Some(PathBuf::from("it's.toml")),
            ..Config::default()
        };
        let command = ShowSecret { program: "bin/rollcall", config: &config, id: "7" }.to_string();
        assert_eq!(
            command,
            r"bin/rollcall apps show 7 --secret --data '/srv/roll call' --config 'it'\''s.toml'"
        );
    }
}
