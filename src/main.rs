//! The `cercle` program; see [`cercle::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    cercle::cli::run()
}
