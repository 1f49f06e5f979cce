use super::*;

fn load(file: &str, env: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let path = std::env::temp_dir().join(format!("cercle-{}.toml", uuid::Uuid::now_v7()));
    std::fs::write(&path, file).unwrap();
    let map: HashMap<String, String> = env.iter().map(|(k, v)| (format!("CERCLE_{k}"), (*v).to_owned())).collect();
    let loaded = Settings::from_sources(&path, map);
    std::fs::remove_file(&path).unwrap();
    loaded
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let settings = load("log = 'debug'\nlogins_per_minute = 7", &[("LOG", "warn")]).unwrap();
    assert_eq!(settings.log, "warn");
    assert_eq!(settings.logins_per_minute, 7);
    assert_eq!(settings.database_url, "sqlite:data/cercle.db");
    assert_eq!(settings.origin(), "http://127.0.0.1:8080");
}

#[test]
fn wrong_values_are_named() {
    for (env, name) in [
        (("LISTEN", "here"), "CERCLE_LISTEN"),
        (("PUBLIC_URL", "cercle.example"), "CERCLE_PUBLIC_URL"),
        (("PUBLIC_URL", "https://cercle.example/path"), "CERCLE_PUBLIC_URL"),
        (("PUBLIC_URL", "http://cercle.example"), "CERCLE_PUBLIC_URL"),
        (("TRUSTED_PROXIES", "10.0.0.1,proxy"), "CERCLE_TRUSTED_PROXIES"),
    ] {
        let error = load("", &[env]).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
    assert!(load("databse_url = 'x'", &[]).is_err(), "a misspelt key is refused");
    assert!(load("", &[("LISTN", "x")]).is_err(), "so is a misspelt variable");
    assert!(load("", &[("TEST_POSTGRES_URL", "x")]).is_ok(), "what tests set is no setting");
}

#[test]
fn a_mail_server_is_checked_at_the_start_and_its_password_masked() {
    assert!(load("", &[("SMTP_URL", "")]).unwrap().smtp_url.is_none());
    let settings = load("", &[("SMTP_URL", "smtps://me:secret@mail.test"), ("PUBLIC_URL", "https://c.test")]).unwrap();
    assert_eq!(settings.mail_from, "Cercle <cercle@c.test>");
    let shown = format!("{:?}", settings.masked());
    assert!(shown.contains("smtps://me:***@mail.test") && !shown.contains("secret"), "{shown}");
    for (env, name) in [
        (("SMTP_URL", "mail.test"), "CERCLE_SMTP_URL"),
        (("SMTP_URL", "http://mail.test"), "CERCLE_SMTP_URL"),
        (("MAIL_FROM", "nobody"), "CERCLE_MAIL_FROM"),
    ] {
        let error = load("", &[("SMTP_URL", "smtp://mail.test"), env]).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
    assert!(load("", &[("MAIL_FROM", "nobody")]).is_ok(), "without a server nobody mails");
}

#[test]
fn passwords_are_masked() {
    let settings = load("", &[("DATABASE_URL", "postgres://cercle:hunter2@db/cercle")]).unwrap();
    let shown = format!("{:?}", settings.masked());
    assert!(shown.contains("postgres://cercle:***@db/cercle"), "{shown}");
    assert!(!shown.contains("hunter2"));
}
