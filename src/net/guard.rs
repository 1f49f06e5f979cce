//! Which addresses may be talked to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why an address is refused.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Blocked {
    /// Only https is spoken.
    #[error("the address must start with https://")]
    Scheme,
    /// A user name or password in the address.
    #[error("the address must not contain a user name or password")]
    UserInfo,
    /// No host at all.
    #[error("the address has no host")]
    NoHost,
    /// The host is, or resolves to, an address that is not public.
    #[error("{0} is not a public address")]
    NotPublic(String),
}

/// Whether an address is on the public internet. The table of reliability-security.md T44.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    // Only 2000::/3 is handed out as global unicast; what is carved out of it follows. Everything
    // else (loopback, mapped and translated v4, unique local, link-local, multicast) is refused.
    (s[0] & 0xe000) == 0x2000
        && !(s[0] == 0x2001 && s[1] < 0x0200)
        && !(s[0] == 0x2001 && s[1] == 0x0db8)
        && s[0] != 0x2002
        && !(s[0] == 0x3fff && s[1] < 0x1000)
}

pub(super) fn check_url(url: &Url, allow_insecure: bool) -> Result<(), Blocked> {
    match url.scheme() {
        "https" => {}
        "http" if allow_insecure => {}
        _ => return Err(Blocked::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Blocked::UserInfo);
    }
    let literal = match url.host() {
        None | Some(Host::Domain("")) => return Err(Blocked::NoHost),
        Some(Host::Domain(_)) => return Ok(()),
        Some(Host::Ipv4(v4)) => IpAddr::V4(v4),
        Some(Host::Ipv6(v6)) => IpAddr::V6(v6),
    };
    // The resolver is not asked for a literal address, so it is checked here.
    if allow_insecure || is_public(literal) { Ok(()) } else { Err(Blocked::NotPublic(literal.to_string())) }
}

/// Resolves names with the operating system and refuses a name of which any address is not public.
pub(super) struct GuardedResolver {
    allow_insecure: bool,
}

impl GuardedResolver {
    pub(super) const fn new(allow_insecure: bool) -> Self {
        Self { allow_insecure }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_insecure = self.allow_insecure;
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            check_resolved(&host, &found, allow_insecure)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn check_resolved(host: &str, found: &[SocketAddr], allow_insecure: bool) -> Result<(), Blocked> {
    if allow_insecure || found.iter().all(|a| is_public(a.ip())) {
        return Ok(());
    }
    Err(Blocked::NotPublic(host.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass() {
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "ff02::1",
            "100::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860::8888",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn urls_are_checked_before_any_request() {
        let check = |text: &str| check_url(&Url::parse(text).unwrap(), false);
        assert_eq!(check("https://lms.example/x"), Ok(()));
        assert_eq!(check("http://lms.example/x"), Err(Blocked::Scheme));
        assert_eq!(check("ftp://lms.example/x"), Err(Blocked::Scheme));
        assert_eq!(check("https://user@lms.example/"), Err(Blocked::UserInfo));
        // The URL parser reads every spelling of an address, so one check is enough for all.
        for literal in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/latest",
        ] {
            assert!(matches!(check(literal), Err(Blocked::NotPublic(_))), "{literal}");
        }
        assert_eq!(check_url(&Url::parse("http://127.0.0.1:1/").unwrap(), true), Ok(()));
    }

    #[test]
    fn one_private_address_refuses_the_whole_name() {
        let mixed: Vec<SocketAddr> = vec!["8.8.8.8:0".parse().unwrap(), "127.0.0.1:0".parse().unwrap()];
        assert!(check_resolved("rebind.example", &mixed, false).is_err());
        assert!(check_resolved("rebind.example", &mixed, true).is_ok());
        assert!(check_resolved("fine.example", &mixed[..1], false).is_ok());
    }
}
