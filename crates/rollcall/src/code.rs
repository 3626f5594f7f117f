//! `rollcall console code`: a new one-time code for the console, beside a running server or without
//! one.

use rollcall_console::Code;
use rollcall_node::config::Config;
use rollcall_store::Store;

use crate::address;
use crate::apps::print;
use crate::failure::Failure;
use crate::now::unix_millis;
use crate::running::Running;

/// Draws one, which ends the one before, and says what it is for.
pub(crate) async fn run(config: &Config) -> Result<(), Failure> {
    if !Store::exists(&config.data)? {
        return Err(Failure::NoDatabase(config.data.clone()));
    }
    let store = Store::open(&config.data).await?;
    let code = draw(&store).await?;
    let purpose = match store.operator().await? {
        Some(_) => "sets a new name and password, and ends all sessions of the console",
        None => "sets up who runs the console",
    };
    store.close().await;
    let (base, doubt) = match Running::on(&config.data) {
        Some(running) => (running.public, ""),
        None => (address::public_of_options(config), NOT_RUNNING),
    };
    let place = format!("use at  {base}/console\n{doubt}");
    print(&format!("code    {code}\n{place}It {purpose}: once, within 60 minutes.\n"));
    Ok(())
}

/// Makes a fresh code the one that counts.
pub(crate) async fn draw(store: &Store) -> Result<Code, Failure> {
    let code = Code::draw().map_err(Failure::Random)?;
    store.replace_code(&code.hash(), unix_millis()).await?;
    Ok(code)
}

const NOT_RUNNING: &str = "\
No server runs on this data directory now; that is where one with these options would be.
";
