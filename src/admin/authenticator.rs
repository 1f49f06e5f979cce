//! Authenticator apps: time-based one-time codes (RFC 6238: SHA-1, six digits, steps of 30 seconds).

use base64::Engine as _;
use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Builder, Totp, TotpError};

use crate::clock::UtcTime;
use crate::crypto::{self, CryptoError};

/// The length of a secret, in bytes (RFC 4226 §4 asks for at least 16 and recommends 20).
const SECRET: usize = 20;
/// Codes of one step before and after the present one count: clocks differ.
const SKEW: u16 = 1;

/// A fresh secret.
///
/// # Errors
/// When the generator fails.
pub fn fresh_secret() -> Result<Vec<u8>, CryptoError> {
    Ok(crypto::random_bytes::<SECRET>()?.to_vec())
}

fn totp(secret: &[u8], account: &str) -> Result<Totp, TotpError> {
    // The address of an app uses the colon to tell issuer and account apart.
    let account = account.replace(':', " ");
    Builder::new()
        .with_skew(SKEW)
        .with_secret(secret.to_vec())
        .with_issuer(Some("Cercle"))
        .with_account_name(account)
        .build()
}

/// The time step of a code, if it counts now. A step may be used once only: that is the caller's part.
#[must_use]
pub fn step_of(secret: &[u8], code: &str, now: UtcTime) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds = u64::try_from(now.unix_seconds()).ok()?;
    let step = totp(secret, "x").ok()?.check(&digits, seconds)?;
    i64::try_from(step).ok()
}

/// What an app needs to know, as text and as a picture.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The secret to type, in groups of four.
    pub typed: String,
    /// An SVG picture of the address, as a `data:` address.
    pub picture: String,
}

/// What an app needs to know of a secret.
///
/// # Errors
/// When it cannot be written, which only a name without end can cause.
pub fn enrolment(secret: &[u8], account: &str) -> Result<Enrolment, CryptoError> {
    let unwritable = CryptoError::Invalid("the secret of an authenticator app cannot be written");
    let Ok(totp) = totp(secret, account) else { return Err(unwritable) };
    let (Ok(address), typed) = (totp.to_url(), totp.secret().to_base32()) else { return Err(unwritable) };
    let Ok(code) = QrCode::new(address.as_bytes()) else { return Err(unwritable) };
    let picture = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    let picture = base64::engine::general_purpose::STANDARD.encode(picture);
    let typed: Vec<String> =
        typed.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    Ok(Enrolment { typed: typed.join(" "), picture: format!("data:image/svg+xml;base64,{picture}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, cut to six digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let at = UtcTime::from_unix_seconds(seconds);
            assert_eq!(step_of(secret, code, at), Some(seconds / 30));
            assert_eq!(step_of(secret, &format!(" {} {} ", &code[..3], &code[3..]), at), Some(seconds / 30));
            assert_eq!(step_of(secret, code, at.plus_seconds(30)), Some(seconds / 30), "clocks differ");
            assert_eq!(step_of(secret, code, at.plus_seconds(90)), None);
        }
        let at = UtcTime::from_unix_seconds(59);
        for wrong in ["", "28708", "2870822", "28708x", "０８１８０４"] {
            assert_eq!(step_of(secret, wrong, at), None, "{wrong}");
        }
    }

    #[test]
    fn an_enrolment_can_be_typed_and_shown() {
        let enrolment = enrolment(b"12345678901234567890", "Ada: cercle.example").unwrap();
        assert_eq!(enrolment.typed, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(enrolment.picture.starts_with("data:image/svg+xml;base64,"));
    }
}
