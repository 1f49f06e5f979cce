//! The key file and what it protects: sealed secrets (AES-256-GCM) and signed tokens (HMAC-SHA-256).

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use openssl::pkey::{PKey, Private};
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};

use super::{CryptoError, b64, hmac, random_bytes, same, unb64};

/// The name of the key file in the keys folder.
pub const KEY_FILE: &str = "cercle.key";

/// The tool's master secret, read once at start. Purposes are separated by derivation, so a token
/// of one kind never passes as another.
#[derive(Clone)]
pub struct MasterKey {
    secret: [u8; 32],
    /// The keys of signed tokens by purpose: each login and launch needs one, and deriving it costs
    /// as much as using it.
    signing: Arc<RwLock<HashMap<&'static str, PKey<Private>>>>,
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Reads `cercle.key` in a folder, or makes it (mode 0600, folder 0700) where it is missing.
    ///
    /// # Errors
    /// When the file cannot be read or written, has the wrong size, or others may read it.
    pub fn load_or_create(folder: &Path) -> Result<Self, CryptoError> {
        let path = folder.join(KEY_FILE);
        if !path.exists() {
            fs::create_dir_all(folder).map_err(|e| at(folder, &e))?;
            let secret = b64(&random_bytes::<32>()?);
            // Written aside and linked into place: two processes that start at once agree on one key,
            // and a kill in between leaves no half-written file.
            let aside = folder.join(format!(".{KEY_FILE}.{}", b64(&random_bytes::<9>()?)));
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&aside)
                .map_err(|e| at(&aside, &e))?;
            file.write_all(format!("{secret}\n").as_bytes()).map_err(|e| at(&aside, &e))?;
            file.sync_all().map_err(|e| at(&aside, &e))?;
            let linked = fs::hard_link(&aside, &path);
            fs::remove_file(&aside).map_err(|e| at(&aside, &e))?;
            match linked {
                Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => {
                    return Err(at(&path, &e));
                }
                _ => {}
            }
        }
        Self::load(&path)
    }

    fn load(path: &Path) -> Result<Self, CryptoError> {
        let mode = fs::metadata(path).map_err(|e| at(path, &e))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(CryptoError::KeyFile {
                path: path.display().to_string(),
                reason: format!("others may read it (mode {:o}); run: chmod 600 {}", mode & 0o777, path.display()),
            });
        }
        let text = fs::read_to_string(path).map_err(|e| at(path, &e))?;
        let secret =
            unb64(text.trim()).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| CryptoError::KeyFile {
                path: path.display().to_string(),
                reason: "not a key of 32 bytes in base64; restore it from your backup".to_owned(),
            })?;
        Ok(Self::from_bytes(secret))
    }

    /// A key from known bytes, for tests.
    #[must_use]
    pub fn from_bytes(secret: [u8; 32]) -> Self {
        Self { secret, signing: Arc::default() }
    }

    fn derive(&self, purpose: &str) -> Result<Vec<u8>, CryptoError> {
        hmac(&PKey::hmac(&self.secret)?, purpose.as_bytes())
    }

    fn signing_key(&self, purpose: &'static str) -> Result<PKey<Private>, CryptoError> {
        if let Some(key) = self.signing.read().unwrap_or_else(PoisonError::into_inner).get(purpose) {
            return Ok(key.clone());
        }
        let key = PKey::hmac(&self.derive(&format!("sign/{purpose}"))?)?;
        self.signing.write().unwrap_or_else(PoisonError::into_inner).insert(purpose, key.clone());
        Ok(key)
    }

    /// Seals a secret for storage: `v1.NONCE.TAG.CIPHERTEXT`, bound to its purpose.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<String, CryptoError> {
        let key = self.derive(&format!("seal/{purpose}"))?;
        let nonce = random_bytes::<12>()?;
        let mut tag = [0u8; 16];
        let cipher = encrypt_aead(Cipher::aes_256_gcm(), &key, Some(&nonce), purpose.as_bytes(), plain, &mut tag)?;
        Ok(format!("v1.{}.{}.{}", b64(&nonce), b64(&tag), b64(&cipher)))
    }

    /// Opens what [`MasterKey::seal`] made for the same purpose.
    ///
    /// # Errors
    /// When the value was changed, was sealed for another purpose, or with another key file.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Vec<u8>, CryptoError> {
        let invalid = CryptoError::Invalid("a sealed value does not open with this key file");
        let mut parts = sealed.split('.');
        let (Some("v1"), Some(nonce), Some(tag), Some(cipher), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid);
        };
        let (Some(nonce), Some(tag), Some(cipher)) = (unb64(nonce), unb64(tag), unb64(cipher)) else {
            return Err(invalid);
        };
        if nonce.len() != 12 || tag.len() != 16 {
            return Err(invalid);
        }
        let key = self.derive(&format!("seal/{purpose}"))?;
        decrypt_aead(Cipher::aes_256_gcm(), &key, Some(&nonce), purpose.as_bytes(), &cipher, &tag).map_err(|_| invalid)
    }

    /// Signs a payload: `PAYLOAD.MAC`, both URL-safe base64. Anyone can read it, nobody can change it.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn sign(&self, purpose: &'static str, payload: &[u8]) -> Result<String, CryptoError> {
        let body = b64(payload);
        let mac = hmac(&self.signing_key(purpose)?, body.as_bytes())?;
        Ok(format!("{body}.{}", b64(&mac)))
    }

    /// The payload of a token that [`MasterKey::sign`] made for the same purpose.
    ///
    /// # Errors
    /// When the token has another form or its MAC does not match.
    pub fn verify(&self, purpose: &'static str, token: &str) -> Result<Vec<u8>, CryptoError> {
        let invalid = CryptoError::Invalid("a signed token does not verify");
        let Some((body, mac)) = token.split_once('.') else {
            return Err(invalid);
        };
        let Some(mac) = unb64(mac) else {
            return Err(invalid);
        };
        let expected = hmac(&self.signing_key(purpose)?, body.as_bytes())?;
        if !same(&expected, &mac) {
            return Err(invalid);
        }
        unb64(body).ok_or(invalid)
    }
}

fn at(path: &Path, error: &std::io::Error) -> CryptoError {
    CryptoError::KeyFile { path: PathBuf::from(path).display().to_string(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temp() -> PathBuf {
        std::env::temp_dir().join(format!("cercle-key-{}", uuid::Uuid::now_v7()))
    }

    #[test]
    fn sealed_values_open_only_unchanged_and_for_their_purpose() {
        let key = MasterKey::from_bytes([7; 32]);
        let sealed = key.seal("signing key", b"secret").unwrap();
        assert_eq!(key.open("signing key", &sealed).unwrap(), b"secret");
        assert!(!sealed.contains(&b64(b"secret")));
        assert!(key.open("other", &sealed).is_err());
        assert!(MasterKey::from_bytes([8; 32]).open("signing key", &sealed).is_err());
        for i in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[i] = if changed[i] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last base64 character of a part may carry unused bits; what opens must be equal.
            if let Ok(plain) = key.open("signing key", &changed) {
                assert_eq!(plain, b"secret");
            }
        }
    }

    #[test]
    fn signed_tokens_verify_only_unchanged_and_for_their_purpose() {
        let key = MasterKey::from_bytes([7; 32]);
        let token = key.sign("state", b"hello").unwrap();
        assert_eq!(key.verify("state", &token).unwrap(), b"hello");
        assert!(key.verify("launch", &token).is_err());
        assert!(key.verify("state", &format!("x{token}")).is_err());
        assert!(key.verify("state", "").is_err());
        assert!(key.verify("state", "a.b").is_err());
    }

    #[test]
    fn the_key_file_is_made_once_and_must_be_private() {
        let folder = temp();
        let first = MasterKey::load_or_create(&folder).unwrap();
        let again = MasterKey::load_or_create(&folder).unwrap();
        assert_eq!(first.secret, again.secret);
        let path = folder.join(KEY_FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no aside file stays");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = MasterKey::load_or_create(&folder).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        assert!(MasterKey::load_or_create(&folder).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
