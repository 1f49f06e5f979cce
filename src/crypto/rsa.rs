//! RSA-2048 keys: made, read, used for RS256.

use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private, Public};
use openssl::rsa::Rsa;

use super::{CryptoError, b64, random_bytes};

/// A private RSA key with its key id.
pub struct SigningKey {
    /// The `kid` in headers and in the JWK set.
    pub kid: String,
    pkey: PKey<Private>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

impl SigningKey {
    /// Makes an RSA-2048 key. Takes about 0.2 s of CPU, so never call it in a request.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn generate() -> Result<Self, CryptoError> {
        let pkey = PKey::from_rsa(Rsa::generate(2048)?)?;
        Ok(Self { kid: b64(&random_bytes::<12>()?), pkey })
    }

    /// Reads a key in PKCS#8 DER.
    ///
    /// # Errors
    /// When the bytes are no RSA private key.
    pub fn from_pkcs8(kid: &str, der: &[u8]) -> Result<Self, CryptoError> {
        let pkey = PKey::private_key_from_der(der)?;
        pkey.rsa()?;
        Ok(Self { kid: kid.to_owned(), pkey })
    }

    /// The key in PKCS#8 DER, for sealing.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, CryptoError> {
        Ok(self.pkey.private_key_to_pkcs8()?)
    }

    /// The key in PKCS#1 DER, the form that `jsonwebtoken` takes.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn to_pkcs1(&self) -> Result<Vec<u8>, CryptoError> {
        Ok(self.pkey.rsa()?.private_key_to_der()?)
    }

    /// Modulus and exponent in URL-safe base64, the public members of its JWK.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn public_members(&self) -> Result<(String, String), CryptoError> {
        let rsa = self.pkey.rsa()?;
        Ok((b64(&rsa.n().to_vec()), b64(&rsa.e().to_vec())))
    }
}

/// A public RSA key that verifies RS256 signatures, parsed once.
#[derive(Clone, Debug)]
pub struct VerifyingKey {
    pkey: PKey<Public>,
}

impl VerifyingKey {
    /// A key from modulus and exponent (big-endian). 2048 to 8192 bits; an odd exponent of 3 or more.
    ///
    /// # Errors
    /// When the numbers are outside these limits.
    pub fn from_components(n: &[u8], e: &[u8]) -> Result<Self, CryptoError> {
        let (n, e) = (BigNum::from_slice(n)?, BigNum::from_slice(e)?);
        if !(2048..=8192).contains(&n.num_bits()) {
            return Err(CryptoError::Invalid("the RSA modulus must have 2048 to 8192 bits"));
        }
        if e.num_bits() < 2 || e.num_bits() > 64 || !e.is_bit_set(0) {
            return Err(CryptoError::Invalid("the RSA exponent must be odd and at least 3"));
        }
        Ok(Self { pkey: PKey::from_rsa(Rsa::from_public_components(n, e)?)? })
    }

    /// Whether an RS256 signature over a message is good.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let check = || -> Result<bool, openssl::error::ErrorStack> {
            let mut verifier = openssl::sign::Verifier::new(MessageDigest::sha256(), &self.pkey)?;
            verifier.verify_oneshot(signature, message)
        };
        check().unwrap_or(false)
    }
}
