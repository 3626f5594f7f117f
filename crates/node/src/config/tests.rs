//! Tables: what a file, a variable or a flag says, and the configuration or the sentence it gives.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rollcall_engine::hooks::HookClass;

use super::file::apply_text;
use super::*;

#[test]
fn the_defaults_of_the_records_are_those_of_the_types() {
    let mut config = Config::default();
    for setting in SERVER {
        set_default(setting, &mut config);
    }
    assert_eq!(config, Config::default());

    let mut app = App::new("1", Vec::new());
    for setting in APP {
        set_default(setting, &mut app);
    }
    app.name = app.id.to_string();
    assert_eq!(app, App::new("1", Vec::new()));
}

#[test]
fn flag_variable_and_key_follow_from_one_name() {
    let names: Vec<_> = SERVER.iter().filter_map(|s| Some((s.flag()?, s.variable()?))).collect();
    assert!(names.contains(&("public-url".to_owned(), "ROLLCALL_PUBLIC_URL".to_owned())));
    assert!(names.contains(&("shards".to_owned(), "ROLLCALL_SHARDS".to_owned())));
    assert!(names.contains(&("path-prefix".to_owned(), "ROLLCALL_PATH_PREFIX".to_owned())));
}

#[test]
fn a_flag_beats_a_variable_and_a_variable_beats_the_file() {
    for (file, variable, flag, expected) in [
        ("", "", "", "data"),
        ("data = 'f'", "", "", "f"),
        ("data = 'f'", "v", "", "v"),
        ("data = 'f'", "v", "g", "g"),
        ("", "v", "", "v"),
    ] {
        let given = given([("data", flag)], [("ROLLCALL_DATA", variable)]);
        let config = load_with_file(file, given).expect("all are valid");
        assert_eq!(config.data, PathBuf::from(expected), "{file} {variable} {flag}");
    }
}

#[test]
fn a_bad_value_is_refused_also_where_a_better_one_wins() {
    let given = given([("shards", "2")], [("ROLLCALL_SHARDS", "many")]);
    assert_eq!(
        load(&given).expect_err("many is no number").to_string(),
        "the variable ROLLCALL_SHARDS must be a whole number from 1 to 64, not \"many\""
    );
}

#[test]
fn shards_default_to_the_cores() {
    assert!(load(&Given::default()).expect("defaults").shards >= 1);
    assert_eq!(load(&given([("shards", "3")], [])).expect("three").shards, 3);
}

#[test]
fn a_flag_is_read_by_its_record() {
    let given = given(
        [("listen", "[::1]:0"), ("pages", "site"), ("public_url", "HTTPS://Example.com:443/")],
        [("ROLLCALL_LOG", "debug"), ("ROLLCALL_STATUS_APP", "7")],
    );
    let config = load(&given).expect("all are valid");
    assert_eq!((config.listen.host(), config.listen.port()), ("::1", 0));
    assert_eq!(config.listen.to_string(), "[::1]:0");
    assert_eq!(config.pages, Some(PathBuf::from("site")));
    let url = config.front.public_url.expect("given");
    assert_eq!((url.origin(), url.is_https()), ("https://example.com", true));
    assert_eq!((config.log, config.status_app.as_deref()), (LogLevel::Debug, Some("7")));
}

#[test]
fn a_secret_is_never_shown() {
    let secret = "s3cret-s3cret-s3cret";
    let config = load(&given([("metrics_token", secret)], [])).expect("it is long enough");
    assert_eq!(config.metrics_token.as_ref().map(MetricsToken::as_str), Some(secret));
    assert!(!format!("{config:?}").contains(secret));
    for bad in ["s3cret", "s3cret s3cret s3cret", "s3crét-s3crét-s3crét"] {
        let error = load(&given([], [("ROLLCALL_METRICS_TOKEN", bad)])).expect_err("it is not");
        assert!(!error.to_string().contains(bad) && !format!("{error:?}").contains(bad), "{error}");
        assert!(error.to_string().contains("16 to 256"), "{error}");
    }
    let error = load_with_file("metrics_token = 's3cret'", given([], [])).expect_err("too short");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    let number = load_with_file("metrics_token = 1234567", given([], [])).expect_err("no text");
    assert!(!number.to_string().contains("1234567"), "{number}");
}

#[test]
fn bad_flags_say_what_is_allowed() {
    for (key, value, expected) in [
        ("shards", "65", "--shards must be a whole number from 1 to 64, not \"65\""),
        ("shards", "0", "--shards must be a whole number from 1 to 64, not \"0\""),
        ("log", "loud", "--log must be off, error, warn, info, debug or trace, not \"loud\""),
        (
            "public_url",
            "example.com",
            "--public-url must be an http or https URL without a path, such as \
             https://rollcall.example.com, not \"example.com\"",
        ),
        (
            "public_url",
            "https://example.com/chat",
            "--public-url must be an http or https URL without a path, such as \
             https://rollcall.example.com, not \"https://example.com/chat\"",
        ),
    ] {
        let error = load(&given([(key, value)], [])).expect_err(value);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn addresses_to_listen_on_need_a_host_and_a_port() {
    for (text, shown) in [
        ("127.0.0.1:9000", Some("127.0.0.1:9000")),
        ("localhost:0", Some("localhost:0")),
        ("[::]:80", Some("[::]:80")),
        ("9000", None),
        (":9000", None),
        ("::1:9000", None),
        ("localhost", None),
        ("localhost:", None),
        ("localhost:+1", None),
        ("localhost:65536", None),
        ("http://localhost:9000", None),
    ] {
        let parsed = ListenAddress::parse(text).ok().map(|address| address.to_string());
        assert_eq!(parsed.as_deref(), shown, "{text}");
    }
}

#[test]
fn public_urls_become_origins() {
    for (text, origin) in [
        ("http://example.com", Some("http://example.com")),
        ("http://example.com:80/", Some("http://example.com")),
        ("https://example.com:80", Some("https://example.com:80")),
        ("https://[::1]:8443", Some("https://[::1]:8443")),
        ("https://[::1]", Some("https://[::1]")),
        ("https://ana@example.com", None),
        ("https://", None),
        ("ws://example.com", None),
        ("https://example.com?a", None),
        ("https://example.com:99999", None),
    ] {
        let parsed = PublicUrl::parse(text).ok();
        assert_eq!(parsed.as_ref().map(PublicUrl::origin), origin, "{text}");
    }
}

#[test]
fn a_file_sets_everything_an_app_has() {
    let config = read(FULL).expect("every key is known");
    let [app] = config.apps.as_slice() else { panic!("one app, not {:?}", config.apps) };
    assert_eq!((app.id.as_str(), app.name.as_str()), ("1001", "Demo"));
    assert_eq!(app.keys.len(), 2);
    assert_eq!((app.keys[1].key.as_str(), app.keys[1].secret.as_str()), ("k2", "s2"));
    assert!(!app.enabled && app.client_events && !app.member_updates);
    assert!(app.mirror && app.bridge && app.strict_compat && !app.cache_channels);
    assert_eq!((app.max_connections, app.max_pending_bytes), (7, 4096));
    assert_eq!(app.allowed_origins, ["https://example.com"]);
    assert!(app.blocks("eve") && !app.blocks("ana") && !app.blocks(""));
    assert_eq!((app.activity_timeout.as_secs(), app.pong_timeout.as_secs()), (20, 5));
    assert_eq!((app.presence.max_members, app.presence.max_info_bytes), (5, 512));
    assert_eq!(app.presence.grace.as_secs(), 9);
    let limits = &app.limits;
    assert_eq!((limits.payload_bytes, limits.channel_name, limits.event_name), (1, 2, 3));
    assert_eq!((limits.client_events_per_second, limits.channels_per_publish), (4, 5));
    assert_eq!(limits.batch, 6);
}

#[test]
fn tables_may_be_written_either_way() {
    let inline = read(&demo("presence = { grace_seconds = 9 }")).expect("inline");
    let headed = read(&demo("[apps.presence]\ngrace_seconds = 9")).expect("with its own header");
    assert_eq!(inline, headed);
    assert_eq!(inline.apps[0].presence.grace.as_secs(), 9);
    assert_eq!(inline.apps[0].presence.max_members, 100, "what is not said keeps its default");
}

#[test]
fn an_app_without_a_name_is_called_by_its_id() {
    assert_eq!(read(&demo("")).expect("a minimal app").apps[0].name, "1001");
}

#[test]
fn unknown_keys_are_refused_with_the_nearest() {
    for (text, expected) in [
        ("lisen = 'x'", "line 1: there is no key \"lisen\"; did you mean \"listen\"?"),
        ("\n\nfrobnicate = 1", "line 3: there is no key \"frobnicate\""),
        ("config = 'x'", "line 1: there is no key \"config\""),
        (
            &demo("client_event = true"),
            "line 4: there is no key \"client_event\" in [[apps]]; did you mean \"client_events\"?",
        ),
        (
            &demo("presence = { grace_second = 1 }"),
            "line 4: there is no key \"grace_second\" in presence; did you mean \"grace_seconds\"?",
        ),
        (
            &demo("[apps.limits]\nbatches = 1"),
            "line 5: there is no key \"batches\" in limits; did you mean \"batch\"?",
        ),
        (
            "[[apps]]\nid = '1'\nkeys = [{ key = 'a', secrt = 'b' }]",
            "line 3: there is no key \"secrt\" in keys; did you mean \"secret\"?",
        ),
        ("[[app]]\nid = '1'", "line 1: there is no key \"app\"; did you mean \"apps\"?"),
    ] {
        assert_refused(text, expected);
    }
}

#[test]
fn bad_values_are_refused_with_what_is_allowed() {
    for (text, expected) in [
        ("shards = '2'", "line 1: shards must be a whole number from 1 to 64, not \"2\""),
        ("data = 5", "line 1: data must be the path of a directory, not 5"),
        ("data = ''", "line 1: data must be the path of a directory, not \"\""),
        (&demo("mirror = 'yes'"), "line 4: mirror must be true or false, not \"yes\""),
        (
            &demo("max_connections = -1"),
            "line 4: max_connections must be a whole number from 0 to 4294967295 (0: no limit), not -1",
        ),
        (
            &demo("presence = { grace_seconds = 2.5 }"),
            "line 4: presence.grace_seconds must be a whole number from 0 to 120, not 2.5",
        ),
        (&demo("presence = 3"), "line 4: presence must be a table such as { … }, not 3"),
        (&demo("allowed_origins = ['example.com']"), NO_ORIGIN),
        (&demo("allowed_origins = ['https://example.com/']"), NO_ORIGIN),
        (&demo("allowed_origins = ['https://*.example.com']"), NO_ORIGIN),
        (&demo("blocked_users = ['']"), NO_USER),
        (&demo("blocked_users = ['eve', 'eve']"), NO_USER),
        ("apps = 1", "line 1: apps must be tables that each begin with [[apps]], not 1"),
        ("shards = ", "line 1: not valid TOML: "),
    ] {
        assert_refused(text, expected);
    }
}

#[test]
fn sentences_about_keys_never_show_a_secret() {
    for (keys, expected) in [
        ("[]", "keys must be a list of at least one { key = \"…\", secret = \"…\" }, oldest first"),
        (
            "'hush'",
            "keys must be a list of at least one { key = \"…\", secret = \"…\" }, oldest first",
        ),
        (
            "['hush']",
            "keys must be a list of at least one { key = \"…\", secret = \"…\" }, oldest first",
        ),
        ("[{ key = 'a' }]", "secret is missing in keys"),
        ("[{ secret = 'hush' }]", "key is missing in keys"),
        (
            "[{ key = 'a:b', secret = 'hush' }]",
            "keys.key must be 1 to 128 letters, digits, dots, hyphens and underscores of ASCII",
        ),
        (
            "[{ key = 'a', secret = 'hush' }, { key = 'b', secret = '' }]",
            "keys.secret must be a text",
        ),
        (
            r#"[{ key = 'a', secret = "hush\u0007" }]"#,
            "keys.secret must be a text of 1 to 256 bytes, without control characters",
        ),
    ] {
        let text = format!("[[apps]]\nid = '1'\nkeys = {keys}");
        let error = read(&text).expect_err(&text).to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[test]
fn names_of_apps_reorder_nothing() {
    for sign in ['\u{202e}', '\u{2067}', '\u{200f}', '\u{61c}', '\u{7}'] {
        let error = read(&demo(&format!("name = \"a\\u{:04x}b\"", u32::from(sign))));
        let error = error.expect_err("a bidi or control character").to_string();
        assert!(error.contains("line 4: name must be a text of at most 128"), "{error}");
    }
    read(&demo("name = 'علي'")).expect("letters of any direction");
}

#[test]
fn an_option_is_named_where_it_was_given() {
    let config = read("data = 'd'\npages = 'site'").expect("valid");
    assert_eq!(config.subject("pages"), "rollcall.toml, line 2: pages");
    let config = load_with_file("pages = 'f'", given([], [("ROLLCALL_PAGES", "v")]));
    assert_eq!(config.expect("valid").subject("pages"), "the variable ROLLCALL_PAGES");
    let config = load(&given([("pages", "g")], [("ROLLCALL_PAGES", "v")])).expect("valid");
    assert_eq!(config.subject("pages"), "--pages");
}

#[test]
fn r8_the_grace_is_at_most_two_minutes() {
    let of = |seconds| demo(&format!("presence = {{ grace_seconds = {seconds} }}"));
    assert_eq!(read(&of(120)).expect("the most").apps[0].presence.grace.as_secs(), 120);
    assert_refused(
        &of(121),
        "line 4: presence.grace_seconds must be a whole number from 0 to 120, not 121",
    );
}

#[test]
fn proxies_are_a_list_in_the_file_and_separated_by_commas_elsewhere() {
    let trusts = |config: &Config, address: &str| {
        config.front.trusted_proxies.contains(address.parse().expect("an address"))
    };
    let config = read("trusted_proxies = ['127.0.0.1', '10.0.0.0/8']\npath_prefix = '/rt'");
    let config = config.expect("both are right");
    assert!(trusts(&config, "10.9.9.9") && !trusts(&config, "192.0.2.1"));
    assert_eq!(config.front.path_prefix.as_str(), "/rt");
    let given = given([("trusted_proxies", "::1, 192.0.2.0/24")], []);
    let config = load_with_file("trusted_proxies = ['10.0.0.1']", given).expect("both are right");
    assert!(trusts(&config, "192.0.2.1") && !trusts(&config, "10.0.0.1"));
    assert_refused(
        "trusted_proxies = ['proxy']",
        "line 1: trusted_proxies must be a list of at most 256 addresses or networks, such as \
         127.0.0.1 or 10.0.0.0/8, not […]",
    );
    assert_refused(
        "path_prefix = '/rt/'",
        "line 1: path_prefix must be a path such as /rollcall, of letters, digits and the signs \
         - . _ ~, that does not begin as a path of this server's does (/app, /apps, /api, …), not \
         \"/rt/\"",
    );
}

#[test]
fn endpoints_say_where_and_what_and_anything_else_is_refused_by_its_name() {
    let of = |list: &str| demo(&format!("webhooks = [{list}]"));
    let taken = read(&of("{ url = 'HTTPS://a.example', events = ['presence', 'cache_miss'] }"));
    let webhook = taken.expect("an endpoint").apps[0].webhooks[0].clone();
    assert_eq!(webhook.url, "https://a.example/");
    assert_eq!(webhook.classes, [HookClass::Presence, HookClass::CacheMiss]);
    let all = read(&of("{ url = 'http://127.0.0.1:1/x' }")).expect("an endpoint");
    assert_eq!(all.apps[0].webhooks[0].classes, HookClass::ALL);
    for (list, expected) in [
        ("'http://a/'", "webhooks must be a list of at most ten"),
        ("{ events = ['presence'] }", "url is missing in webhooks"),
        ("{ url = '/hook' }", "webhooks.url must be an http:// or https:// URL"),
        ("{ url = 'ftp://a/' }", "webhooks.url must be an http:// or https:// URL"),
        ("{ url = 'http://me:pw@a/' }", "webhooks.url must be an http:// or https:// URL"),
        ("{ url = 'http://a/', events = [] }", "webhooks.events must be a list of at least one"),
        ("{ url = 'http://a/', events = ['member_added'] }", "webhooks.events must be a list"),
        ("{ url = 'http://a/', event = 'x' }", "no key \"event\" in webhooks; did you mean"),
        ("{ url = 'http://a' }, { url = 'http://a/' }", "webhooks.url must be another one for"),
    ] {
        let error = read(&of(list)).expect_err(list).to_string();
        assert!(error.starts_with("rollcall.toml, line 4: "), "{error}");
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn apps_need_an_id_and_keys_and_share_neither() {
    let other = |id: &str, key: &str| {
        format!("{}[[apps]]\nid = '{id}'\nkeys = [{{ key = '{key}', secret = 's' }}]", demo(""))
    };
    for (text, expected) in [
        ("[[apps]]\nkeys = []".to_owned(), "line 1: id is missing in [[apps]]"),
        ("[[apps]]\nid = '1'".to_owned(), "line 1: keys is missing in [[apps]]"),
        ("[[apps]]\nid = 'a/b'\nkeys = []".to_owned(), "line 2: id must be a text of 1 to 128"),
        (other("1001", "b"), "two apps have the id \"1001\"; each needs its own"),
        (other("2", "app-key"), "the key \"app-key\" occurs twice; each may occur once"),
    ] {
        let error = read(&text).expect_err(&text).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_and_what_is_right_counts() {
    let text = "\
        lisen = 'x'\n\
        log = 'loud'\n\
        data = 'd'\n\
        [[apps]]\n\
        id = 'a/b'\n\
        mirror = 1\n\
        presence = { grace_seconds = 121, grace = 2 }\n\
        [[apps]]\n\
        id = '1'\n\
        keys = [{ key = 'a', secret = 's' }]\n";
    let (mut config, mut errors) = (Config::default(), Vec::new());
    apply_text(&mut config, text, Path::new("r.toml"), &mut errors);
    let told: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let expected = [
        "r.toml, line 1: there is no key \"lisen\"; did you mean",
        "r.toml, line 2: log must be",
        "r.toml, line 4: keys is missing in [[apps]]",
        "r.toml, line 5: id must be",
        "r.toml, line 6: mirror must be",
        "r.toml, line 7: presence.grace_seconds must be",
        "r.toml, line 7: there is no key \"grace\" in presence",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\nexpected {expected}");
    }
    assert_eq!((config.data.as_path(), config.apps.len()), (Path::new("d"), 1));
}

#[test]
fn it_is_known_where_an_app_stands_and_what_it_sets() {
    let config = read(&demo("mirror = true\nbridge = false\npresence = { grace_seconds = 9 }"));
    let config = config.expect("valid");
    let Declared { place, settings } = &config.declared["1001"];
    assert_eq!(place.to_string(), "rollcall.toml, line 1");
    let told: Vec<_> = settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(told, ["mirror=true", "presence.grace_seconds=9"], "bridge has its default");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = load(&given([("config", "/nowhere/rollcall.toml")], [])).expect_err("no file");
    let error = error.to_string();
    assert!(
        error.starts_with("the configuration file /nowhere/rollcall.toml cannot be read"),
        "{error}"
    );
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    load(&given([], [("ROLLCALL_SHARDS", "")])).expect("not set");
}

#[test]
fn a_misspelt_variable_is_noticed_and_a_foreign_one_is_not() {
    let given = given(
        [],
        [("ROLLCALL_SHARD", "2"), ("ROLLCALL_PORT_9000_TCP", "x"), ("ROLLCALL_SKIP_WEB", "1")],
    );
    let expected = vec![("ROLLCALL_SHARD", "ROLLCALL_SHARDS".to_owned())];
    assert_eq!(misspelt_variables(&given), expected);
}

#[test]
fn the_page_of_options_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/options.md");
    let fresh = options_markdown();
    if std::env::var_os("ROLLCALL_BLESS").is_some() {
        std::fs::write(&path, &fresh).expect("docs/ is writable");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == fresh, "docs/options.md is stale; run this test with ROLLCALL_BLESS=1");
}

#[test]
fn the_example_of_the_page_is_valid() {
    let page = options_markdown();
    let example = page.split("```").nth(1).and_then(|text| text.strip_prefix("toml"));
    read(example.expect("the page ends with an example")).expect("and it is valid");
}

fn set_default<T>(setting: &Setting<T>, target: &mut T) {
    let Preset::Written(default) = setting.default else { return };
    let path = Path::new("default");
    let text = format!("value = {default}");
    let entries = file::parse(&text, path).expect("a default is written as in a file");
    setting
        .apply(target, &entries[0].item.value, &Place::line(path, 1))
        .expect("a default is allowed");
}

fn read(text: &str) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    let mut errors = Vec::new();
    apply_text(&mut config, text, Path::new("rollcall.toml"), &mut errors);
    errors.into_iter().next().map_or(Ok(config), Err)
}

fn assert_refused(text: &str, expected: &str) {
    let error = read(text).expect_err(text).to_string();
    let expected = format!("rollcall.toml, {expected}");
    assert!(error.starts_with(&expected), "{error}\nexpected {expected}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

/// Precedence with the text of a file in the place where `load` reads one.
fn load_with_file(text: &str, given: Given) -> Result<Config, ConfigError> {
    let mut config = read(text)?;
    let mut errors = Vec::new();
    apply_outside(&mut config, &given, &mut errors);
    errors.into_iter().next().map_or(Ok(config), Err)
}

/// A minimal app of three lines, and more keys of it from line 4 on.
fn demo(more: &str) -> String {
    let app = "[[apps]]\nid = '1001'\nkeys = [{ key = 'app-key', secret = 'app-secret' }]\n";
    format!("{app}{more}\n")
}

/// Flags and variables; empty ones are left out of the flags.
fn given<const F: usize, const V: usize>(
    flags: [(&'static str, &str); F],
    variables: [(&str, &str); V],
) -> Given {
    let flags = flags.into_iter().filter(|(_, value)| !value.is_empty());
    Given {
        flags: flags.map(|(key, value)| (key, OsString::from(value))).collect(),
        variables: variables.into_iter().map(|(k, v)| (k.to_owned(), OsString::from(v))).collect(),
    }
}

const FULL: &str = r#"
listen = "127.0.0.1:0"
path_prefix = ""
trusted_proxies = []

[[apps]]
id = "1001"
name = "Demo"
keys = [{ key = "k1", secret = "s1" }, { key = "k2", secret = "s2" }]
enabled = false
client_events = true
member_updates = false
mirror = true
bridge = true
cache_channels = false
strict_compat = true
max_connections = 7
allowed_origins = ["https://example.com"]
blocked_users = ["eve"]
activity_timeout_seconds = 20
pong_timeout_seconds = 5
max_pending_bytes = 4096
presence = { max_members = 5, max_info_bytes = 512, grace_seconds = 9 }
limits = { payload_bytes = 1, channel_name = 2, event_name = 3, client_events_per_second = 4, channels_per_publish = 5, batch = 6 }
"#;

const NO_USER: &str = "line 4: blocked_users must be a list of at most 1000 user ids of 1 to 200 \
                       characters, each once, not […]";

const NO_ORIGIN: &str = "line 4: allowed_origins must be a list of origins such as \
                         \"https://example.com\", without a slash behind, or [\"*\"] for all, not […]";
