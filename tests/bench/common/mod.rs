//! What the benchmarks share: the server as a process of its own, pinned to one core, and an LMS beside it.

#![expect(unreachable_pub, reason = "shared by the benchmarks, which nothing outside can reach")]

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cercle::clock::Clock;
use cercle::demo::campus::{Campus, Kind, School};
use cercle::demo::{pages, registration_of};

struct Tool {
    child: Child,
    origin: String,
}

impl Drop for Tool {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn environment(database: &str, folder: &std::path::Path, listen: &str) -> Vec<(String, String)> {
    [
        ("CERCLE_PUBLIC_URL", format!("http://{listen}")),
        ("CERCLE_LISTEN", listen.to_owned()),
        ("CERCLE_DATABASE_URL", database.to_owned()),
        ("CERCLE_KEYS_DIR", folder.join("keys").display().to_string()),
        ("CERCLE_LOGINS_PER_MINUTE", "0".to_owned()),
        ("CERCLE_ALLOW_INSECURE_PLATFORMS", "true".to_owned()),
        ("CERCLE_LOG", "warn".to_owned()),
    ]
    .map(|(k, v)| (k.to_owned(), v))
    .to_vec()
}

async fn start(binary: &str, environment: &[(String, String)], listen: &str) -> (Tool, Duration) {
    let begun = Instant::now();
    let child = Command::new("taskset")
        .args(["-c", "0", binary, "serve"])
        .envs(environment.iter().cloned())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let http = reqwest::Client::new();
    while !http.get(format!("http://{listen}/readyz")).send().await.is_ok_and(|a| a.status() == 200) {
        assert!(begun.elapsed() < Duration::from_secs(30), "the server does not get ready");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (Tool { child, origin: format!("http://{listen}") }, begun.elapsed())
}

/// CPU time of a process so far.
pub fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

pub fn resident_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// A server with one registered LMS.
pub struct Stage {
    pub campus: Campus,
    /// From the start of the process to its first good answer.
    pub ready_after: Duration,
    tool: Tool,
    lms: actix_web::dev::ServerHandle,
    folder: PathBuf,
}

impl Stage {
    /// `FOLDER` in the database's address is a fresh folder.
    pub async fn start(binary: &str, database: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("cercle-bench-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let database = database.replace("FOLDER", &folder.display().to_string());
        let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let environment = environment(&database, &folder, &listen);
        let lms_listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://localhost:{}", lms_listener.local_addr().unwrap().port());
        let campus = Campus::new(&base, Clock::default()).unwrap();
        let server = pages::LmsServer::over(lms_listener, campus.clone()).unwrap();
        let lms = server.handle();
        tokio::spawn(server.run());
        // The first start makes the database; the one that is timed finds it.
        drop(start(binary, &environment, &listen).await);
        let school = campus.schools().into_iter().find(|s| s.kind == Kind::Moodle).unwrap();
        let new = registration_of(&school, &base);
        let output = Command::new(binary)
            .args(["platform", "add", "--json", "--name", "S", "--issuer", &new.issuer, "--client-id", &new.client_id])
            .args(["--authorization-endpoint", &new.authorization_endpoint, "--token-endpoint", &new.token_endpoint])
            .args(["--jwks-uri", &new.jwks_uri])
            .envs(environment.iter().cloned())
            .output()
            .unwrap();
        let added: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let (tool, ready_after) = start(binary, &environment, &listen).await;
        campus.connect(&school.client_id, &tool.origin, added["id"].as_str().unwrap());
        Self { campus, ready_after, tool, lms, folder }
    }

    /// The LMS.
    pub fn school(&self) -> School {
        self.campus.schools().into_iter().find(|s| s.kind == Kind::Moodle).unwrap()
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.tool.child.id()
    }

    pub async fn stop(self) {
        drop(self.tool);
        self.lms.stop(false).await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Measures with both engines, as the runner says.
pub fn on_both_engines(measure: impl AsyncFn(&str, &str, &str)) {
    let binary = std::env::var("CERCLE_TEST_BENCH_BINARY").expect("run tests/bench/run");
    let postgres = std::env::var("CERCLE_TEST_POSTGRES_URL").expect("run tests/bench/run");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        measure(&binary, "SQLite", "sqlite:FOLDER/bench.db").await;
        measure(&binary, "PostgreSQL", &postgres).await;
    });
}
