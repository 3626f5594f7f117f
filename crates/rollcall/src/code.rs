//! `rollcall console code`: a new one-time code for the console, beside a running server or without
//! one.

use rollcall_console::Code;
use rollcall_node::config::Config;
use rollcall_store::Store;

use crate::apps::print;
use crate::failure::Failure;
use crate::now::unix_millis;
use crate::welcome::console_url;

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
    let listen = config.listen.to_string();
    let url = console_url(config, &listen);
    print(&format!("code    {code}\nuse at  {url}\nIt {purpose}: once, within 60 minutes.\n"));
    Ok(())
}

/// Makes a fresh code the one that counts.
pub(crate) async fn draw(store: &Store) -> Result<Code, Failure> {
    let code = Code::draw().map_err(Failure::Random)?;
    store.replace_code(&code.hash(), unix_millis()).await?;
    Ok(code)
}
