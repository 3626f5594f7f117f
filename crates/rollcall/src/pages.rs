//! The web pages, as the build script built them; none in a build without them.

use rollcall_web::Pages;

/// The pages of this build.
#[cfg(embedded_pages)]
pub(crate) fn embedded() -> Pages {
    Pages::new(|path| {
        let file = Files::get(path)?;
        Some(rollcall_web::Asset::new(path, file.data, caching(path)))
    })
}

/// The pages of this build: none, and each answers so.
#[cfg(not(embedded_pages))]
pub(crate) fn embedded() -> Pages {
    Pages::none()
}

/// Embedded in debug builds too: a test of the binary tests what is shipped.
#[cfg(embedded_pages)]
#[derive(rust_embed::RustEmbed)]
#[folder = "$OUT_DIR/web/dist"]
struct Files;

/// Vite puts a hash of the content into the names of what is below `assets/`, and of nothing else.
#[cfg(embedded_pages)]
fn caching(path: &str) -> rollcall_web::Caching {
    match path.starts_with("assets/") {
        true => rollcall_web::Caching::Immutable,
        false => rollcall_web::Caching::Revalidate,
    }
}
