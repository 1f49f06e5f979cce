//! JSON Web Key sets: the one we publish and the ones that LMSs publish (lti.md K-01, K-10, K-11).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rsa::VerifyingKey;
use super::unb64;

/// At most this many keys of a set are read (lti.md K-11).
pub const MAX_KEYS: usize = 50;

/// A public key of ours as it is published. There is no member that could hold a private part.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct PublicJwk {
    /// Always `RSA`.
    pub kty: String,
    /// Always `RS256`.
    pub alg: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: String,
    /// The key id.
    pub kid: String,
    /// The modulus, unpadded URL-safe base64.
    pub n: String,
    /// The exponent, unpadded URL-safe base64.
    pub e: String,
}

impl PublicJwk {
    /// An RS256 signing key.
    #[must_use]
    pub fn rs256(kid: &str, n: &str, e: &str) -> Self {
        Self {
            kty: "RSA".to_owned(),
            alg: "RS256".to_owned(),
            usage: "sig".to_owned(),
            kid: kid.to_owned(),
            n: n.to_owned(),
            e: e.to_owned(),
        }
    }
}

/// A JWK set as JSON: `{"keys":[…]}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublicJwkSet {
    /// The keys, oldest first.
    pub keys: Vec<PublicJwk>,
}

/// The usable keys of an LMS by their key id.
///
/// A key that is not RSA, is meant for something else than signatures, names another algorithm,
/// or is weaker than 2048 bits is left out; the rest of the set still works (lti.md V-07).
///
/// # Errors
/// When the text is no JWK set at all.
pub fn parse_set(json: &[u8]) -> Result<HashMap<String, VerifyingKey>, &'static str> {
    let set: Value = serde_json::from_slice(json).map_err(|_| "the JWK set is not JSON")?;
    let keys = set.get("keys").and_then(Value::as_array).ok_or("the JWK set has no `keys` array")?;
    let mut usable = HashMap::new();
    for key in keys.iter().take(MAX_KEYS) {
        let text = |member: &str| key.get(member).and_then(Value::as_str);
        let Some(kid) = text("kid").filter(|k| !k.is_empty() && k.len() <= 256) else {
            continue;
        };
        if text("kty") != Some("RSA")
            || key.get("use").is_some_and(|u| u.as_str() != Some("sig"))
            || key.get("alg").is_some_and(|a| a.as_str() != Some("RS256"))
            || key.get("key_ops").and_then(Value::as_array).is_some_and(|ops| !ops.iter().any(|o| o == "verify"))
        {
            continue;
        }
        let parts = text("n").and_then(unb64).zip(text("e").and_then(unb64));
        if let Some(key) = parts.and_then(|(n, e)| VerifyingKey::from_components(&n, &e).ok()) {
            usable.insert(kid.to_owned(), key);
        }
    }
    Ok(usable)
}

#[cfg(test)]
mod tests {
    use super::super::rsa::SigningKey;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_set_keeps_what_can_verify_and_skips_the_rest() {
        let key = SigningKey::generate().unwrap();
        let (n, e) = key.public_members().unwrap();
        let weak = openssl::rsa::Rsa::generate(1024).unwrap();
        let weak_n = super::super::b64(&weak.n().to_vec());
        let set = json!({"keys": [
            {"kty": "RSA", "kid": "plain", "n": n, "e": e, "alg": "RS256", "use": "sig"},
            {"kty": "RSA", "kid": "no-alg", "n": n, "e": e},
            {"kty": "RSA", "kid": "padded", "n": format!("{n}=="), "e": format!("{e}=")},
            {"kty": "RSA", "kid": "weak", "n": weak_n, "e": e},
            {"kty": "RSA", "kid": "e1", "n": n, "e": "AQ"},
            {"kty": "RSA", "kid": "enc", "n": n, "e": e, "use": "enc"},
            {"kty": "RSA", "kid": "rs384", "n": n, "e": e, "alg": "RS384"},
            {"kty": "RSA", "kid": "ops", "n": n, "e": e, "key_ops": ["encrypt"]},
            {"kty": "RSA", "n": n, "e": e},
            {"kty": "EC", "kid": "ec", "crv": "P-256", "x": "AA", "y": "AA"},
            {"kty": "oct", "kid": "oct", "k": "AA"},
            "junk", null
        ]});
        let keys = parse_set(set.to_string().as_bytes()).unwrap();
        let mut kids: Vec<_> = keys.keys().map(String::as_str).collect();
        kids.sort_unstable();
        assert_eq!(kids, ["no-alg", "padded", "plain"]);
        assert!(parse_set(b"<html>").is_err());
        assert!(parse_set(b"{}").is_err());
    }

    #[test]
    fn at_most_fifty_keys_are_read() {
        let key = SigningKey::generate().unwrap();
        let (n, e) = key.public_members().unwrap();
        let many: Vec<_> = (0..60).map(|i| json!({"kty": "RSA", "kid": i.to_string(), "n": n, "e": e})).collect();
        assert_eq!(parse_set(json!({"keys": many}).to_string().as_bytes()).unwrap().len(), MAX_KEYS);
    }
}
