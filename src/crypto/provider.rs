//! The `jsonwebtoken` crypto provider that signs and verifies with OpenSSL. It knows RS256 and
//! nothing else, so no configuration mistake can let `none` or HS256 through.

use std::sync::Once;

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use serde::Serialize;

use super::rsa::SigningKey;

struct Rs256Signer(PKey<Private>);

impl signature::Signer<Vec<u8>> for Rs256Signer {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        let sign = || -> std::result::Result<Vec<u8>, openssl::error::ErrorStack> {
            let mut signer = openssl::sign::Signer::new(MessageDigest::sha256(), &self.0)?;
            signer.sign_oneshot_to_vec(message)
        };
        sign().map_err(signature::Error::from_source)
    }
}

impl JwtSigner for Rs256Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    if *algorithm != Algorithm::RS256 {
        return Err(Error::from(ErrorKind::InvalidAlgorithm));
    }
    let invalid = |_| Error::from(ErrorKind::InvalidKeyFormat);
    let rsa = Rsa::private_key_from_der(key.as_bytes()).map_err(invalid)?;
    Ok(Box::new(Rs256Signer(PKey::from_rsa(rsa).map_err(invalid)?)))
}

/// Incoming tokens are verified with [`super::rsa::VerifyingKey`], whose key is parsed once; this
/// path is closed so that nothing can go around the checks of `lti::verify`.
fn verifier(_: &Algorithm, _: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    Err(Error::from(ErrorKind::InvalidAlgorithm))
}

static PROVIDER: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

/// Signs claims as a JWT: header `{typ: "JWT", alg: "RS256", kid}` (lti.md K-02).
///
/// # Errors
/// When the claims are no JSON or OpenSSL fails.
pub fn sign_jwt<T: Serialize>(key: &SigningKey, claims: &T) -> std::result::Result<String, super::CryptoError> {
    static INSTALLED: Once = Once::new();
    // Only this function installs a provider; a second installation would be refused, not replace it.
    INSTALLED.call_once(|| {
        let _ = PROVIDER.install_default();
    });
    let mut header = jsonwebtoken::Header::new(Algorithm::RS256);
    header.kid = Some(key.kid.clone());
    let encoding = EncodingKey::from_rsa_der(&key.to_pkcs1()?);
    jsonwebtoken::encode(&header, claims, &encoding)
        .map_err(|_| super::CryptoError::Invalid("a JWT could not be signed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{rsa::VerifyingKey, unb64};

    #[test]
    fn what_we_sign_verifies_and_a_changed_one_does_not() {
        let key = SigningKey::generate().unwrap();
        let jwt = sign_jwt(&key, &serde_json::json!({"sub": "x"})).unwrap();
        let (message, signature) = jwt.rsplit_once('.').unwrap();
        let (n, e) = key.public_members().unwrap();
        let public = VerifyingKey::from_components(&unb64(&n).unwrap(), &unb64(&e).unwrap()).unwrap();
        assert!(public.verifies(message.as_bytes(), &unb64(signature).unwrap()));
        assert!(!public.verifies(b"other", &unb64(signature).unwrap()));
        let header: serde_json::Value =
            serde_json::from_slice(&unb64(message.split_once('.').unwrap().0).unwrap()).unwrap();
        assert_eq!(header, serde_json::json!({"typ": "JWT", "alg": "RS256", "kid": key.kid}));
    }
}
