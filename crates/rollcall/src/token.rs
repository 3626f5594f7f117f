//! `rollcall console token`: a session of the console for a program of this machine, such as `curl`.

use rollcall_node::config::Config;
use rollcall_store::Store;
use rollcall_web::Token;

use crate::apps::print;
use crate::failure::Failure;
use crate::now::unix_millis;

/// Opens one, and prints its token and nothing else.
pub(crate) async fn run(config: &Config) -> Result<(), Failure> {
    if !Store::exists(&config.data)? {
        return Err(Failure::NoDatabase(config.data.clone()));
    }
    let token = Token::random().map_err(Failure::Random)?;
    let store = Store::open(&config.data).await?;
    let opened = store.open_program_session(&token.hash(), unix_millis()).await;
    store.close().await;
    opened?;
    print(&format!("{}\n", token.text()));
    Ok(())
}
