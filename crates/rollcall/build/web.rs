//! Copies `web/` aside, installs its packages and runs Vite there, each only when its inputs
//! changed.
//!
//! The copy keeps the source tree clean: a build leaves no `node_modules` and no `dist` in it, and
//! one of debug and one of release do not fight over them. A module of the build script alone; the
//! test in `tests/web_build.rs` includes it too.

use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fmt, fs, io};

/// One build of the pages: from `source` into `out/web/dist`.
pub(crate) struct WebBuild<'a> {
    pub(crate) source: &'a Path,
    pub(crate) out: &'a Path,
    pub(crate) tools: &'a Tools,
}

/// The programs that a build runs.
pub(crate) struct Tools {
    pub(crate) node: PathBuf,
    pub(crate) npm: PathBuf,
    pub(crate) npx: PathBuf,
}

/// Why there are no pages.
#[derive(Debug)]
pub(crate) enum WebError {
    NoNode,
    OldNode { version: String },
    NoNpm,
    Failed { command: String, output: String },
    NoPage { missing: PathBuf },
    Files { path: PathBuf, error: io::Error },
}

impl WebBuild<'_> {
    /// Brings `out/web/dist` up to date.
    pub(crate) fn run(&self) -> Result<(), WebError> {
        let (copy, dist) = (self.out.join("web"), self.out.join("web/dist"));
        let pages = self.out.join("web.pages");
        let packages = self.out.join("web.packages");
        let page = dist.join("status/index.html");
        let fingerprint = fingerprint(self.source, &inputs(self.source)?)?;
        if is_fresh(&pages, &fingerprint) && page.is_file() {
            return Ok(());
        }
        self.tools.check_node()?;
        forget(&pages)?;
        copy_inputs(self.source, &copy)?;
        self.install(&copy, &packages)?;
        self.tools.run(&self.tools.npx, &["--no-install", "vite", "build"], &copy)?;
        if !page.is_file() {
            return Err(WebError::NoPage { missing: page });
        }
        write(&pages, fingerprint.as_bytes())
    }

    /// `npm ci` takes most of the time, and most changes leave the packages as they are.
    fn install(&self, copy: &Path, stamp: &Path) -> Result<(), WebError> {
        let manifests = MANIFESTS.map(|name| self.source.join(name));
        let fingerprint = fingerprint(self.source, &manifests)?;
        if is_fresh(stamp, &fingerprint) && copy.join("node_modules").is_dir() {
            return Ok(());
        }
        forget(stamp)?;
        self.tools.run(&self.tools.npm, &["ci", "--no-audit", "--no-fund"], copy)?;
        write(stamp, fingerprint.as_bytes())
    }
}

impl Tools {
    fn check_node(&self) -> Result<(), WebError> {
        let output = Command::new(&self.node).arg("--version").output();
        let output = output.map_err(|_| WebError::NoNode)?;
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match is_new_enough(&version) {
            true => Ok(()),
            false => Err(WebError::OldNode { version }),
        }
    }

    fn run(&self, program: &Path, arguments: &[&str], directory: &Path) -> Result<(), WebError> {
        let output = Command::new(program).args(arguments).current_dir(directory).output();
        let output = output.map_err(|_| WebError::NoNpm)?;
        if output.status.success() {
            return Ok(());
        }
        let name = program.file_stem().unwrap_or_default().to_string_lossy();
        let text = [output.stdout.as_slice(), &output.stderr].concat();
        Err(WebError::Failed {
            command: format!("{name} {}", arguments.join(" ")),
            output: String::from_utf8_lossy(&text).into_owned(),
        })
    }
}

impl Default for Tools {
    fn default() -> Self {
        Self { node: "node".into(), npm: "npm".into(), npx: "npx".into() }
    }
}

/// Every file that the build reads, in an order that does not depend on the file system.
pub(crate) fn inputs(source: &Path) -> Result<Vec<PathBuf>, WebError> {
    let mut files = Vec::new();
    let mut directories = vec![source.to_owned()];
    while let Some(directory) = directories.pop() {
        for path in list(&directory).map_err(at(&directory))? {
            match path.is_dir() {
                true if is_product(&path) => {}
                true => directories.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}

fn list(directory: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect()
}

fn is_product(path: &Path) -> bool {
    [Some(OsStr::new("node_modules")), Some(OsStr::new("dist"))].contains(&path.file_name())
}

/// Changes when a file is renamed, added, removed or edited. No defence against anybody who builds
/// collisions, who could as well edit this line.
fn fingerprint(source: &Path, files: &[PathBuf]) -> Result<String, WebError> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let name = file.strip_prefix(source).unwrap_or(file);
        let bytes = fs::read(file).map_err(at(file))?;
        for part in [name.as_os_str().as_encoded_bytes(), &bytes] {
            hasher.write_usize(part.len());
            hasher.write(part);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn is_fresh(stamp: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|text| text == fingerprint)
}

/// A stamp goes before what it vouches for is touched, so that a build that is killed starts anew.
fn forget(stamp: &Path) -> Result<(), WebError> {
    match fs::remove_file(stamp) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(stamp)(error)),
        _ => Ok(()),
    }
}

/// Replaces the copy but for its installed packages, so that a removed source file is gone there.
fn copy_inputs(source: &Path, copy: &Path) -> Result<(), WebError> {
    fs::create_dir_all(copy).map_err(at(copy))?;
    for old in list(copy).map_err(at(copy))? {
        let removed = match old.is_dir() {
            true if old.ends_with("node_modules") => Ok(()),
            true => fs::remove_dir_all(&old),
            false => fs::remove_file(&old),
        };
        removed.map_err(at(&old))?;
    }
    for file in inputs(source)? {
        write(&copy.join(file.strip_prefix(source).unwrap_or(&file)), &read(&file)?)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, WebError> {
    fs::read(path).map_err(at(path))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), WebError> {
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory).map_err(at(directory))?;
    fs::write(path, bytes).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> WebError {
    |error| WebError::Files { path: path.to_owned(), error }
}

/// Whether Vite runs on what `node --version` prints: `v20.19.0`.
fn is_new_enough(version: &str) -> bool {
    let mut parts = version.trim_start_matches('v').split('.').map(str::parse::<u32>);
    let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else {
        return false;
    };
    (major, minor) >= OLDEST_NODE
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor) = OLDEST_NODE;
        match self {
            Self::NoNode => write!(
                f,
                "Node is missing: install Node {major}.{minor} or newer with npm \
                 (https://nodejs.org) to build the web pages, or leave them out with \
                 --no-default-features"
            ),
            Self::OldNode { version } => write!(
                f,
                "Node {version} is too old: install Node {major}.{minor} or newer \
                 (https://nodejs.org) to build the web pages, or leave them out with \
                 --no-default-features"
            ),
            Self::NoNpm => write!(
                f,
                "npm is missing: install npm, which comes with Node (https://nodejs.org), to build \
                 the web pages, or leave them out with --no-default-features"
            ),
            Self::Failed { command, output } => {
                write!(f, "`{command}` failed in the copy of web/:\n{output}")
            }
            Self::NoPage { missing } => {
                write!(f, "the build of web/ did not make {}", missing.display())
            }
            Self::Files { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

/// The oldest that Vite runs on.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// What decides which packages are installed.
const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];
