//! Publishes an event. In Cargo.toml, below [dependencies]:
//!   rollcall-server = { path = "…/rollcall/crates/sdk" }
//!   serde_json = "1"
//!   tokio = { version = "1", features = ["macros", "rt"] }
use std::error::Error;

use rollcall_server::Client;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder("{{app_id}}", "{{key}}", "{{secret}}")
        .url("{{url}}")
        .build()?;
    client
        .trigger("my-channel", "my-event", &json!({ "message": "Hello from Rust" }))
        .await?;
    println!("sent");
    Ok(())
}
