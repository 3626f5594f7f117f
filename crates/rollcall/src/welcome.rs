//! What the server prints when it is ready: where the page is, and what one needs to publish.

use std::fmt;
use std::net::SocketAddr;

use rollcall_console::Code;
use rollcall_engine::App;
use rollcall_node::config::Config;

use crate::address;
use crate::show_secret::ShowSecret;

/// The text printed at start. Tests and scripts read the address from its lines.
pub(crate) struct Welcome<'a> {
    /// The program, as it was started: it need not be on the path.
    pub(crate) program: &'a str,
    /// What was asked for.
    pub(crate) config: &'a Config,
    /// The address in use, with the port that the system chose for port 0.
    pub(crate) address: SocketAddr,
    /// The app of the status page.
    pub(crate) app: &'a App,
    /// The one-time code of the console, while nobody runs it yet.
    pub(crate) code: Option<&'a Code>,
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { config, app, .. } = self;
        let (base, id) = (address::public(config, self.address), &app.id);
        writeln!(f, "Rollcall {} is ready.", env!("CARGO_PKG_VERSION"))?;
        match &config.pages {
            None => writeln!(f, "  Status page  {base}/")?,
            Some(directory) => {
                writeln!(f, "  Status page  {base}/rollcall/")?;
                writeln!(f, "  Your pages   {base}/ from {}", directory.display())?;
            }
        }
        writeln!(f, "  Console      {base}/console")?;
        if let Some(code) = self.code {
            writeln!(f, "  Code         {code} (sets it up: once, within 60 minutes)")?;
        }
        if config.front.public_url.is_some() {
            writeln!(f, "  Listening    {}", self.address)?;
        }
        writeln!(f, "  App          {} (id {id})", app.name)?;
        for key in &app.keys {
            writeln!(f, "  Key          {}", key.key)?;
        }
        let secret = ShowSecret { program: self.program, config, id: id.as_str() };
        writeln!(f, "  Secret       shown by: {secret}")
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rollcall_node::config::{Given, load};

    use super::*;

    #[test]
    fn the_text_says_where_the_page_is_and_how_to_see_the_secret() {
        let text = welcome(&Config::default(), "0.0.0.0:9000");
        assert!(text.contains("Status page  http://127.0.0.1:9000/\n"), "{text}");
        assert!(text.contains("App          7 (id 7)\n"), "{text}");
        assert!(text.ends_with("shown by: bin/rollcall apps show 7 --secret\n"), "{text}");
    }

    #[test]
    fn own_pages_move_the_status_page() {
        let config = Config { pages: Some(PathBuf::from("site")), ..Config::default() };
        let text = welcome(&config, "[::]:80");
        assert!(text.contains("Status page  http://[::1]:80/rollcall/\n"), "{text}");
        assert!(text.contains("Your pages   http://[::1]:80/ from site\n"), "{text}");
    }

    #[test]
    fn a_public_url_is_what_people_use() {
        let mut given = Given::default();
        given.flags.insert("public_url", "https://who.example".into());
        let text = welcome(&load(&given).unwrap(), "127.0.0.1:9000");
        assert!(text.contains("Status page  https://who.example/\n"), "{text}");
        assert!(text.contains("Listening    127.0.0.1:9000\n"), "{text}");
    }

    #[test]
    fn the_console_is_named_and_its_code_while_nobody_runs_it() {
        let config = Config::default();
        let text = welcome(&config, "0.0.0.0:9000");
        assert!(text.contains("Console      http://127.0.0.1:9000/console\n"), "{text}");
        assert!(!text.contains("Code"), "{text}");
        let (app, code) = (App::new("7", Vec::new()), Code::draw().unwrap());
        let address = "127.0.0.1:9000".parse().unwrap();
        let with_code =
            Welcome { program: "r", config: &config, address, app: &app, code: Some(&code) };
        let line = format!("Code         {code} (sets it up: once, within 60 minutes)\n");
        assert!(with_code.to_string().contains(&line), "{with_code}");
    }

    fn welcome(config: &Config, address: &str) -> String {
        let address = address.parse().unwrap();
        let app = App::new("7", Vec::new());
        Welcome { program: "bin/rollcall", config, address, app: &app, code: None }.to_string()
    }
}
