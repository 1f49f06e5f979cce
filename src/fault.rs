//! Places where a test kills the process, to show that nothing is lost (reliability-security.md §2.10).

/// A place that only a grade on its way passes; that work was handed in passes none.
pub fn point_of(is_grade: bool, name: &str) {
    if is_grade {
        point(name);
    }
}

/// Kills this process with SIGKILL when the environment variable `CERCLE_TEST_KILL_AT` names this
/// place. Compiled into debug builds only.
#[cfg(debug_assertions)]
pub fn point(name: &str) {
    if std::env::var("CERCLE_TEST_KILL_AT").is_ok_and(|at| at == name) {
        let pid = std::process::id().to_string();
        if std::process::Command::new("kill").args(["-9", &pid]).status().is_err() {
            std::process::abort();
        }
        loop {
            std::thread::park();
        }
    }
}

/// Does nothing in release builds.
#[cfg(not(debug_assertions))]
pub const fn point(_: &str) {}
