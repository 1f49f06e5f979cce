//! The outbound client against a listener that must stay silent (reliability-security.md T44–T52).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cercle::net::{NetError, Outbound, Outgoing};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

use crate::harness::Certificate;

/// A listener that counts connections and gives each the same answer.
async fn listener(answer: &'static [u8]) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, hits) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counter = hits.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut buffer = [0u8; 2048];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(answer).await;
            });
        }
    });
    (port, hits)
}

#[tokio::test]
async fn private_addresses_get_no_packet() {
    let (port, hits) = listener(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let outbound = Outbound::new(false).unwrap();
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "localhost",
        "LOCALHOST",
        "localhost.",
    ] {
        let url = Url::parse(&format!("https://{host}:{port}/x")).unwrap();
        let error = outbound.send(Outgoing::get(url)).await.unwrap_err();
        // A name that this machine does not know is no connection either.
        assert!(matches!(error, NetError::Blocked(_) | NetError::Connect(_)), "{host}: {error}");
    }
    let plain = Url::parse(&format!("http://example.org:{port}/")).unwrap();
    assert!(matches!(outbound.send(Outgoing::get(plain)).await, Err(NetError::Blocked(_))), "http is not spoken");
    assert_eq!(hits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn redirects_are_not_followed_and_answers_are_limited() {
    let outbound = Outbound::new(true).unwrap();
    let (target, target_hits) = listener(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let redirect = format!("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{target}/\r\nContent-Length: 0\r\n\r\n");
    let (port, _) = listener(Box::leak(redirect.into_boxed_str()).as_bytes()).await;
    let at = |port: u16| Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    let answer = outbound.send(Outgoing::get(at(port)).bearer("secret")).await.unwrap();
    assert_eq!(answer.status, 302);
    assert_eq!(target_hits.load(Ordering::SeqCst), 0, "a token never follows a redirect");
    let (port, _) = listener(b"HTTP/1.1 200 OK\r\n\r\n0123456789012345678901234567890123456789").await;
    assert!(matches!(outbound.send(Outgoing::get(at(port)).limit(16)).await, Err(NetError::TooLarge(16))));
    let (port, _) = listener(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut").await;
    assert!(matches!(outbound.send(Outgoing::get(at(port))).await, Err(NetError::Ambiguous(_))));
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = Outgoing::get(at(silent.local_addr().unwrap().port())).timeout(Duration::from_millis(200));
    assert!(matches!(outbound.send(slow).await, Err(NetError::Ambiguous(_))));
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!(matches!(outbound.send(Outgoing::get(at(closed))).await, Err(NetError::Connect(_))));
}

/// T52: a proxy in the environment is not used; the child has its own environment.
#[test]
fn proxies_of_the_environment_are_ignored() {
    let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let proxy = format!("http://{}", trap.local_addr().unwrap());
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "outbound::child_sends_past_the_proxy"])
        .env("HTTP_PROXY", &proxy)
        .env("http_proxy", &proxy)
        .env("ALL_PROXY", &proxy)
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.status.success() && out.contains("1 passed"), "{out}");
    assert!(trap.accept().is_err(), "the proxy saw a connection");
}

/// Runs once by itself and once as the child of the test above, with proxies in its environment.
#[tokio::test]
async fn child_sends_past_the_proxy() {
    let (port, hits) = listener(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    assert_eq!(Outbound::new(true).unwrap().send(Outgoing::get(url)).await.unwrap().status, 200);
    assert_eq!(hits.load(Ordering::SeqCst), 1);
}

/// Certificates that do not hold, and one that does: the child trusts one authority only.
#[test]
fn certificates_are_looked_at() {
    let authority = Certificate::new("Authority", 30, None);
    let file = std::env::temp_dir().join(format!("cercle-authority-{}.pem", std::process::id()));
    std::fs::write(&file, authority.x509.to_pem().unwrap()).unwrap();
    let ports = [
        Certificate::new("127.0.0.1", 30, Some(&authority)),
        Certificate::new("127.0.0.1", -1, Some(&authority)),
        Certificate::new("lms.example", 30, Some(&authority)),
        Certificate::new("127.0.0.1", 30, None),
    ]
    .map(|c| c.serve().to_string());
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "outbound::child_looks_at_certificates"])
        .env("SSL_CERT_FILE", &file)
        .env("CERCLE_TEST_TLS_PORTS", ports.join(","))
        .output()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    let out = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.status.success() && out.contains("1 passed"), "{out}");
}

/// The child of the test above; by itself it asks a server that nobody vouches for.
#[tokio::test]
async fn child_looks_at_certificates() {
    let outbound = Outbound::new(true).unwrap();
    let servers = match std::env::var("CERCLE_TEST_TLS_PORTS") {
        Ok(ports) => ports.split(',').map(str::to_owned).zip([true, false, false, false]).collect(),
        Err(_) => vec![(Certificate::new("127.0.0.1", 30, None).serve().to_string(), false)],
    };
    for (port, holds) in servers {
        let url = Url::parse(&format!("https://127.0.0.1:{port}/")).unwrap();
        let answer = outbound.send(Outgoing::get(url)).await;
        if holds {
            assert_eq!(answer.unwrap().status, 200);
        } else {
            assert!(matches!(answer, Err(NetError::Certificate(_))), "{answer:?}");
        }
    }
}
