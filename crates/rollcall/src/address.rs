//! Where a server is, as a URL with its prefix and without a slash at the end: by what it listens on,
//! or by options alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rollcall_node::config::Config;

/// Where people find a server with these options that listens there.
pub(crate) fn public(config: &Config, address: SocketAddr) -> String {
    declared(config).unwrap_or_else(|| local(config, address))
}

/// Where its own machine finds it.
pub(crate) fn local(config: &Config, address: SocketAddr) -> String {
    at(config, &reachable(address).to_string())
}

/// Where people would find a server with these options; one that lets the system choose its port is
/// said to be on port 0.
pub(crate) fn public_of_options(config: &Config) -> String {
    declared(config).unwrap_or_else(|| local_of_options(config))
}

/// Where its own machine would.
pub(crate) fn local_of_options(config: &Config) -> String {
    let listen = config.listen.to_string();
    match listen.parse() {
        Ok(address) => local(config, address),
        // A name.
        Err(_) => at(config, &listen),
    }
}

fn declared(config: &Config) -> Option<String> {
    let url = config.front.public_url.as_ref()?;
    Some(format!("{url}{}", config.front.path_prefix))
}

fn at(config: &Config, authority: &str) -> String {
    let scheme = if config.tls_cert.is_some() { "https" } else { "http" };
    format!("{scheme}://{authority}{}", config.front.path_prefix)
}

/// An address that means all of them is reached by that of the machine itself.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use rollcall_node::config::{Given, load};

    use super::*;

    #[test]
    fn a_server_is_where_it_listens_unless_people_are_told_otherwise() {
        for (listen, public_url, expected) in [
            ("0.0.0.0:9000", None, ["http://127.0.0.1:9000/here"; 2]),
            ("[::]:80", None, ["http://[::1]:80/here"; 2]),
            ("localhost:80", None, ["http://localhost:80/here"; 2]),
            (
                "127.0.0.1:9000",
                Some("https://who.example"),
                ["http://127.0.0.1:9000/here", "https://who.example/here"],
            ),
        ] {
            let mut given = Given::default();
            given.flags.insert("listen", listen.into());
            given.flags.insert("path_prefix", "/here".into());
            given.flags.extend(public_url.map(|url| ("public_url", url.into())));
            let config = load(&given).unwrap();
            assert_eq!([local_of_options(&config), public_of_options(&config)], expected);
        }
    }
}
