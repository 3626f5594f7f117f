//! Writes the legal inputs of every target where cargo-fuzz looks for them; see
//! `cargo-fuzz/Cargo.toml`.

use std::path::Path;
use std::{fs, io};

use rollcall_fuzz::{TARGETS, corpus};

fn main() -> io::Result<()> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("cargo-fuzz/corpus");
    for target in TARGETS {
        let directory = all.join(target.name);
        fs::create_dir_all(&directory)?;
        for (number, input) in corpus(target.name).iter().enumerate() {
            fs::write(directory.join(format!("legal-{number}")), input)?;
        }
    }
    Ok(())
}
