//! The operator's own files, served at `/` with `--pages DIR` (docs/status.md section 0
//! "The tutorial's own page").

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use axum::response::{IntoResponse, Response};
use rollcall_web::{Asset, Caching, CommonFailure};

/// The file of `directory` at a request's path. A path that ends in a slash means `index.html`.
pub(crate) async fn respond(
    directory: &Path,
    request_path: &str,
) -> Result<Response, CommonFailure> {
    let path = relative_path(request_path).ok_or(CommonFailure::NotFound)?;
    let bytes = read_below(directory, &path).await.map_err(failure)?;
    let name = path.to_string_lossy();
    Ok(Asset::new(&name, Cow::Owned(bytes), Caching::Revalidate).into_response())
}

/// Reads a file, provided that it is below `directory` also after every symbolic link, and small.
async fn read_below(directory: &Path, path: &Path) -> io::Result<Vec<u8>> {
    let directory = tokio::fs::canonicalize(directory).await?;
    let file = tokio::fs::canonicalize(directory.join(path)).await?;
    let metadata = tokio::fs::metadata(&file).await?;
    if !file.starts_with(&directory) || !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return Err(io::ErrorKind::NotFound.into());
    }
    tokio::fs::read(file).await
}

fn failure(error: io::Error) -> CommonFailure {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
            CommonFailure::NotFound
        }
        kind => {
            tracing::warn!(%kind, "a file of the operator's pages could not be read");
            CommonFailure::NotFound
        }
    }
}

/// The path below the directory that a request means: every segment decoded once, none that
/// leads out of it or to a hidden file.
fn relative_path(request_path: &str) -> Option<PathBuf> {
    let path = request_path.strip_prefix('/')?;
    let mut relative = PathBuf::new();
    for segment in path.split('/') {
        let segment = decode(segment)?;
        if segment.is_empty() {
            continue;
        }
        if segment.starts_with('.') || segment.contains(['/', '\\', '\0']) {
            return None;
        }
        relative.push(segment);
    }
    if path.is_empty() || path.ends_with('/') {
        relative.push("index.html");
    }
    Some(relative)
}

/// Percent-decodes a segment; `None` if a sequence is broken or not UTF-8.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first != b'%' {
            bytes.push(first);
            rest = after;
            continue;
        }
        let (digits, after) = after.split_at_checked(2)?;
        let digits = str::from_utf8(digits).ok()?;
        let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| plain)?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_paths_stay_below_the_directory() {
        let table = [
            ("/", Some("index.html")),
            ("/app.js", Some("app.js")),
            ("/img/", Some("img/index.html")),
            ("/a%20b.css", Some("a b.css")),
            ("//etc/passwd", Some("etc/passwd")),
            ("/../secret", None),
            ("/a/../../secret", None),
            ("/%2e%2e/secret", None),
            ("/a%2fb", None),
            ("/a%5cb", None),
            ("/.git/config", None),
            ("/a%00", None),
            ("/a%", None),
            ("/a%+1", None),
            ("/a%ff", None),
        ];
        for (request, path) in table {
            assert_eq!(relative_path(request), path.map(PathBuf::from), "{request}");
        }
    }
}
