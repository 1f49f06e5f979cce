//! Settings: built-in defaults, then `cercle.toml`, then the environment (`CERCLE_…`), the last wins.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat, Map, Value, ValueKind};
use serde::Deserialize;
use url::Url;

use crate::ids::RegistrationId;
use crate::mail::Mailer;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file or variable has the wrong form.
    #[error("settings: {0}")]
    Read(#[from] config::ConfigError),
    /// A value makes no sense.
    #[error("setting {name}: {reason}")]
    Value {
        /// The environment variable.
        name: &'static str,
        /// What is wrong and what is expected.
        reason: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    public_url: Option<String>,
    listen: String,
    database_url: String,
    data_dir: PathBuf,
    keys_dir: PathBuf,
    trusted_proxies: String,
    log: String,
    logins_per_minute: u32,
    allow_insecure_platforms: bool,
    key_rotation_days: u32,
    roster_hours: u32,
    metrics_listen: Option<String>,
    file_max_mib: u64,
    work_max_mib: u64,
    file_scanner: String,
    smtp_url: Option<String>,
    mail_from: Option<String>,
}

/// All settings, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that browsers and LMSs use; all URLs are built from it.
    pub public_url: Url,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// Where files are kept.
    pub data_dir: PathBuf,
    /// Where the key file is kept.
    pub keys_dir: PathBuf,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The log filter (`info`, `cercle=debug,info`).
    pub log: String,
    /// Logins per minute and client address; 0 means no limit.
    pub logins_per_minute: u32,
    /// Permits http and private addresses for LMSs on one's own machine.
    pub allow_insecure_platforms: bool,
    /// Where figures for Prometheus are shown, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// How grades are delivered.
    pub ags: Ags,
    /// After how many days a signing key gets a successor; 0 means by command only.
    pub key_rotation_days: u32,
    /// After how many hours the roster of a course is read again; 0 means never.
    pub roster_hours: u32,
    /// The largest file, in MiB.
    pub file_max_mib: u64,
    /// The files of one work together, in MiB.
    pub work_max_mib: u64,
    /// The command that is asked about each file, which is its last argument; empty means none. It ends with 0 for a
    /// clean file and with 1 for one where it found something.
    pub file_scanner: String,
    /// This program, which starts itself to look into files; no setting.
    pub program: PathBuf,
    /// The mail server, `smtps://user:password@host` or `smtp://…`; None sends no mail.
    pub smtp_url: Option<String>,
    /// Who mails are from.
    pub mail_from: String,
}

/// What the names of the settings of [`Ags`] begin with.
const AGS_PREFIX: &str = "ags_";

macro_rules! ags {
    ($($(#[$doc:meta])* $name:ident: $default:literal in $from:literal..=$to:literal,)+) => {
        /// How grades are delivered: the parameters of reliability-security.md §2.6, each a setting
        /// `CERCLE_AGS_…`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Ags {
            $($(#[$doc])* pub $name: i64,)+
        }

        impl Default for Ags {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Ags {
            fn read(given: Map<String, Value>) -> Result<Self, SettingsError> {
                let mut read = Self::default();
                for (name, value) in given {
                    match name.as_str() {
                        $(concat!("ags_", stringify!($name)) => {
                            let number = value.into_int()?;
                            if !($from..=$to).contains(&number) {
                                let reason = format!("{name} must be between {} and {}", $from, $to);
                                return Err(SettingsError::Value { name: "CERCLE_AGS_…", reason });
                            }
                            read.$name = number;
                        })+
                        _ => return Err(config::ConfigError::Message(format!("unknown setting {name}")).into()),
                    }
                }
                Ok(read)
            }

            fn list(&self) -> Vec<(&'static str, String)> {
                vec![$((concat!("ags_", stringify!($name)), self.$name.to_string()),)+]
            }
        }
    };
}

ags! {
    /// How long a process may hold a grade that it sends, in seconds; more than twice the time-outs together.
    lease_seconds: 120 in 1..=3600,
    /// The longest time for one call, in seconds.
    timeout_seconds: 30 in 1..=300,
    /// The pause after the first failed try, in seconds; it doubles with each.
    retry_seconds: 30 in 1..=3600,
    /// The longest pause between two tries, in seconds.
    retry_max_seconds: 21_600 in 1..=86_400,
    /// After so many days without success a grade waits for a person.
    give_up_days: 14 in 1..=365,
    /// A grade that the LMS refuses is tried again after so many hours.
    parked_hours: 24 in 1..=720,
    /// Failures of an LMS in a row that stop the tries.
    circuit_failures: 5 in 1..=1000,
    /// Of how many grades they must be where the fault may be one grade's own.
    circuit_rows: 3 in 1..=1000,
    /// The first pause of a stopped LMS, in seconds; it doubles with each failed probe.
    circuit_seconds: 30 in 1..=3600,
    /// The longest pause of a stopped LMS, in seconds.
    circuit_max_seconds: 900 in 1..=86_400,
    /// How often an LMS that does not take our keys, scopes or address is asked again, in seconds.
    refused_seconds: 900 in 1..=86_400,
    /// Parallel calls to one LMS.
    parallel: 4 in 1..=64,
    /// Parallel calls to one Canvas, which charges for them in advance.
    parallel_canvas: 2 in 1..=64,
    /// Parallel calls of this process to all LMSs.
    parallel_total: 16 in 1..=256,
    /// Scores a second to one LMS at first.
    rate: 10 in 1..=100_000,
    /// Scores a second to one LMS at most; a clean minute adds one.
    rate_max: 20 in 1..=100_000,
    /// Grades that a process takes at once.
    batch: 8 in 1..=500,
    /// What another process stored is seen after so many seconds.
    poll_seconds: 5 in 1..=300,
    /// A grade is read back so long after it was sent, in seconds.
    check_seconds: 120 in 1..=86_400,
    /// And again after so many hours.
    check_hours: 24 in 1..=720,
    /// For so many days after it was decided.
    check_days: 30 in 1..=3650,
}

impl Settings {
    /// Reads the settings for the current folder and environment.
    ///
    /// # Errors
    /// [`SettingsError`], naming the setting.
    pub fn load() -> Result<Self, SettingsError> {
        Self::from_sources(Path::new("cercle.toml"), std::env::vars().collect())
    }

    fn from_sources(file: &Path, mut variables: HashMap<String, String>) -> Result<Self, SettingsError> {
        // What only tests set is no setting. A misspelt setting is refused below.
        variables.retain(|name, _| name.starts_with("CERCLE_") && !name.starts_with("CERCLE_TEST_"));
        let environment = Environment::with_prefix("CERCLE").source(Some(variables));
        let all: Map<String, Value> = Config::builder()
            .set_default("listen", "127.0.0.1:8080")?
            .set_default("database_url", "sqlite:data/cercle.db")?
            .set_default("data_dir", "data")?
            .set_default("keys_dir", "keys")?
            .set_default("trusted_proxies", "")?
            .set_default("log", "info")?
            .set_default("logins_per_minute", 1200)?
            .set_default("allow_insecure_platforms", false)?
            .set_default("key_rotation_days", 0)?
            .set_default("roster_hours", 24)?
            .set_default("file_max_mib", 25)?
            .set_default("work_max_mib", 100)?
            .set_default("file_scanner", "")?
            .add_source(File::from(file).format(FileFormat::Toml).required(false))
            .add_source(environment.try_parsing(true))
            .build()?
            .try_deserialize()?;
        let (of_ags, others) = all.into_iter().partition(|(name, _)| name.starts_with(AGS_PREFIX));
        let raw: Raw = Value::new(None, ValueKind::Table(others)).try_deserialize()?;
        raw.check(Ags::read(of_ags)?)
    }

    /// Settings for a server on this machine, as the demo and the tests use them.
    #[must_use]
    pub fn local(public_url: Url, listen: SocketAddr, database_url: &str, folder: &Path) -> Self {
        Self {
            public_url,
            listen,
            database_url: database_url.to_owned(),
            data_dir: folder.join("data"),
            keys_dir: folder.join("keys"),
            trusted_proxies: Vec::new(),
            log: "info".to_owned(),
            logins_per_minute: 0,
            allow_insecure_platforms: true,
            metrics_listen: None,
            ags: Ags::default(),
            key_rotation_days: 0,
            roster_hours: 24,
            file_max_mib: 25,
            work_max_mib: 100,
            file_scanner: String::new(),
            program: this_program(),
            smtp_url: None,
            mail_from: "Cercle <cercle@localhost>".to_owned(),
        }
    }

    /// Every setting as the log shows it: passwords are masked.
    #[must_use]
    pub fn masked(&self) -> Vec<(&'static str, String)> {
        let mut shown = vec![
            ("public_url", self.public_url.to_string()),
            ("listen", self.listen.to_string()),
            ("database_url", mask_password(&self.database_url)),
            ("data_dir", self.data_dir.display().to_string()),
            ("keys_dir", self.keys_dir.display().to_string()),
            ("trusted_proxies", format!("{:?}", self.trusted_proxies)),
            ("log", self.log.clone()),
            ("logins_per_minute", self.logins_per_minute.to_string()),
            ("allow_insecure_platforms", self.allow_insecure_platforms.to_string()),
            ("metrics_listen", self.metrics_listen.map_or_else(|| "off".to_owned(), |a| a.to_string())),
            ("key_rotation_days", self.key_rotation_days.to_string()),
            ("roster_hours", self.roster_hours.to_string()),
            ("file_max_mib", self.file_max_mib.to_string()),
            ("work_max_mib", self.work_max_mib.to_string()),
            ("smtp_url", self.smtp_url.as_deref().map_or_else(|| "off".to_owned(), mask_password)),
            ("mail_from", self.mail_from.clone()),
            ("file_scanner", if self.file_scanner.is_empty() { "off".to_owned() } else { self.file_scanner.clone() }),
        ];
        shown.extend(self.ags.list());
        shown
    }

    /// The origin of the tool: scheme, host and port, as browsers write it in `Origin`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }

    /// The login or the launch address of a registration: `what` is the last part of it.
    #[must_use]
    pub fn lti_url(&self, registration: &RegistrationId, what: &str) -> String {
        self.url(&format!("/lti/{registration}/{what}"))
    }

    /// An address of the tool from a path that starts with `/`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }
}

fn mask_password(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            // Fails only for URLs that cannot have a password, which this one has.
            let _ = parsed.set_password(Some("***"));
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}

impl Raw {
    fn check(self, ags: Ags) -> Result<Settings, SettingsError> {
        let fail = |name, reason: &str| Err(SettingsError::Value { name, reason: reason.to_owned() });
        let Ok(listen) = self.listen.parse::<SocketAddr>() else {
            return fail("CERCLE_LISTEN", "expected ADDRESS:PORT, for example 127.0.0.1:8080");
        };
        let text = self.public_url.unwrap_or_else(|| format!("http://{listen}"));
        let public_url = match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "https" | "http") && url.path() == "/" && url.query().is_none() => url,
            _ => {
                return fail(
                    "CERCLE_PUBLIC_URL",
                    "expected the tool's own address without a path, for example https://cercle.example",
                );
            }
        };
        if public_url.scheme() == "http" && !self.allow_insecure_platforms && !is_loopback(&public_url) {
            return fail("CERCLE_PUBLIC_URL", "must start with https:// (LMSs refuse http tools)");
        }
        let mut trusted_proxies = Vec::new();
        for item in self.trusted_proxies.split(',').map(str::trim).filter(|s| !s.is_empty()) {
            match item.parse() {
                Ok(address) => trusted_proxies.push(address),
                Err(_) => {
                    return fail("CERCLE_TRUSTED_PROXIES", "expected IP addresses separated by commas");
                }
            }
        }
        // A key waits two days before it signs; a shorter life would leave none that signs for long.
        if (1..7).contains(&self.key_rotation_days) {
            return fail("CERCLE_KEY_ROTATION_DAYS", "must be at least 7 days, or 0 to rotate by command only");
        }
        let metrics_listen = match self.metrics_listen.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
            None => None,
            Some(text) => match text.parse() {
                Ok(address) => Some(address),
                Err(_) => {
                    return fail("CERCLE_METRICS_LISTEN", "expected ADDRESS:PORT, for example 127.0.0.1:9464");
                }
            },
        };
        let host = public_url.host_str().unwrap_or("localhost").to_owned();
        let given = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        let settings = Settings {
            smtp_url: given(self.smtp_url),
            mail_from: given(self.mail_from).unwrap_or_else(|| format!("Cercle <cercle@{host}>")),
            public_url,
            listen,
            database_url: self.database_url,
            data_dir: self.data_dir,
            keys_dir: self.keys_dir,
            trusted_proxies,
            log: self.log,
            logins_per_minute: self.logins_per_minute,
            allow_insecure_platforms: self.allow_insecure_platforms,
            metrics_listen,
            ags,
            key_rotation_days: self.key_rotation_days,
            roster_hours: self.roster_hours,
            file_max_mib: mib("CERCLE_FILE_MAX_MIB", self.file_max_mib)?,
            work_max_mib: mib("CERCLE_WORK_MAX_MIB", self.work_max_mib)?,
            file_scanner: self.file_scanner.trim().to_owned(),
            program: this_program(),
        };
        // Said at the start, not when the first mail is due.
        match Mailer::new(&settings) {
            Ok(_) => Ok(settings),
            Err(error) => fail(error.setting(), &error.to_string()),
        }
    }
}

/// A size in MiB. What is looked into has to fit into memory.
fn mib(name: &'static str, value: u64) -> Result<u64, SettingsError> {
    if (1..=1024).contains(&value) {
        return Ok(value);
    }
    Err(SettingsError::Value { name, reason: "must be between 1 and 1024 (MiB)".to_owned() })
}

/// Where this program is; where the system does not tell, files are refused with a word about it.
#[must_use]
pub fn this_program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("cercle"))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(a)) => a.is_loopback(),
        Some(url::Host::Ipv6(a)) => a.is_loopback(),
        Some(url::Host::Domain(d)) => d == "localhost",
        None => false,
    }
}
