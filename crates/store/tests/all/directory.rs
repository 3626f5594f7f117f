//! The data directory: who may hold it, and who may look into it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::common::Scratch;
use rollcall_store::{DataDirectory, OpenError, Store};

fn mode(scratch: &Scratch) -> u32 {
    fs::metadata(scratch.path()).expect("it is there").permissions().mode() & 0o7777
}

#[tokio::test]
async fn one_at_a_time_holds_a_directory_and_others_may_read() {
    let scratch = Scratch::new();
    let first = DataDirectory::claim(scratch.path()).unwrap();
    let store = Store::open(scratch.path()).await.unwrap();
    let refused = DataDirectory::claim(scratch.path());
    assert!(matches!(refused, Err(OpenError::InUse(path)) if path == scratch.path()));
    let reader = Store::open(scratch.path()).await.unwrap();
    assert_eq!(reader.apps().await.unwrap(), store.apps().await.unwrap());
    drop(first);
    DataDirectory::claim(scratch.path()).unwrap();
}

#[test]
fn a_new_directory_is_private_and_an_old_one_becomes_so() {
    let scratch = Scratch::new();
    DataDirectory::claim(scratch.path()).unwrap().make_private().unwrap();
    assert_eq!(mode(&scratch), 0o700);
    fs::set_permissions(scratch.path(), Permissions::from_mode(0o755)).unwrap();
    let directory = DataDirectory::claim(scratch.path()).unwrap();
    assert_eq!(mode(&scratch), 0o755);
    directory.make_private().unwrap();
    assert_eq!(mode(&scratch), 0o700);
}

#[test]
fn a_directory_of_everybody_is_left_as_it_is() {
    let scratch = Scratch::new();
    let directory = DataDirectory::claim(scratch.path()).unwrap();
    fs::set_permissions(scratch.path(), Permissions::from_mode(0o1777)).unwrap();
    assert!(directory.make_private().is_err());
    assert_eq!(mode(&scratch), 0o1777);
}

#[test]
fn what_a_server_says_of_itself_counts_while_it_holds_the_directory() {
    let scratch = Scratch::new();
    let said = || DataDirectory::announcement(scratch.path()).unwrap();
    assert_eq!(said(), None);
    let mut directory = DataDirectory::claim(scratch.path()).unwrap();
    assert_eq!(said(), None);
    for text in ["a longer text", "here"] {
        directory.announce(text).unwrap();
        assert_eq!(said().as_deref(), Some(text));
    }
    drop(directory);
    assert_eq!(said(), None, "what is left behind is nobody's");
    let mut directory = DataDirectory::claim(scratch.path()).unwrap();
    assert_eq!(said(), None);
    directory.announce("there").unwrap();
    assert_eq!(said().as_deref(), Some("there"));
    let mode = fs::metadata(scratch.path().join("rollcall.server")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
