//! The reasons for which a login or a launch is refused (lti.md §1.4, §9.1).

/// Why a launch is refused. The code is what the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reject {
    /// No token where one must be, or not three parts of base64url JSON.
    TokenMalformed,
    /// The token is longer than [`MAX_TOKEN`](super::verify::MAX_TOKEN).
    TokenTooLarge,
    /// Another algorithm than RS256.
    Alg,
    /// A header member that changes how the token must be read (`crit`, `b64`, `zip`).
    HeaderForbidden,
    /// No `kid`.
    KidMissing,
    /// No key of that id, also after a fresh look.
    KidUnknown,
    /// The LMS's key set cannot be read.
    JwksUnavailable,
    /// The signature is wrong.
    Signature,
    /// Another issuer than the registration's.
    Issuer,
    /// The token is meant for somebody else.
    Audience,
    /// `azp` names somebody else, or is missing beside several audiences.
    Azp,
    /// `exp` has passed, or `iat` is too old.
    Expired,
    /// `iat` or `nbf` lies in the future.
    NotYetValid,
    /// A date is no number.
    DateMalformed,
    /// The nonce is missing or belongs to another login.
    Nonce,
    /// The nonce was used before.
    Replay,
    /// No LTI message at all.
    NotLti,
    /// A required claim is missing.
    ClaimMissing,
    /// No version claim.
    VersionMissing,
    /// Another version than 1.3.0.
    Version,
    /// No or an unsupported message type.
    MessageType,
    /// No deployment.
    DeploymentMissing,
    /// The deployment differs from the one that the login announced.
    DeploymentMismatch,
    /// The deployment waits for an administrator.
    DeploymentPending,
    /// The deployment was switched off.
    DeploymentDisabled,
    /// No role claim.
    RolesMissing,
    /// No `sub`: an anonymous launch.
    SubMissing,
    /// `sub` is empty, too long or no string.
    SubMalformed,
    /// No resource link, or a malformed id.
    ResourceLink,
    /// No target link.
    TargetLink,
    /// A deep linking request without settings that can be answered.
    DeepLinkingSettings,
    /// A deep linking request that takes no `ltiResourceLink`.
    DeepLinkingTypes,
    /// The answer to a deep linking request would go to a host that does not belong to the LMS.
    DeepLinkingReturn,
    /// A deep linking request of somebody who is no trainer of the course.
    DeepLinkingRole,
    /// Somebody asks for another learner's work without teaching in the course.
    ReviewRole,
    /// A deep linking request outside any course.
    ContextMissing,
    /// No `state`, or not one of ours.
    State,
    /// The login took too long.
    StateExpired,
    /// The state belongs to another registration's address.
    StateRegistration,
    /// The browser is not the one that started the login.
    Binding,
    /// Neither a token nor an error arrived.
    Empty,
    /// The LMS answered the login with an error.
    PlatformError,
    /// No registration fits.
    UnknownPlatform,
    /// Several registrations fit and none was named.
    AmbiguousPlatform,
    /// The registration was switched off.
    PlatformDisabled,
    /// The login request is malformed.
    LoginMalformed,
    /// Too many logins from one address.
    RateLimited,
    /// The database did not answer.
    Store,
}

impl Reject {
    /// The reason code for the log (lti.md §9.1).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TokenMalformed => "TOKEN_MALFORMED",
            Self::TokenTooLarge => "TOKEN_TOO_LARGE",
            Self::Alg => "ALG",
            Self::HeaderForbidden => "HEADER_FORBIDDEN",
            Self::KidMissing => "KID_MISSING",
            Self::KidUnknown => "KID_UNKNOWN",
            Self::JwksUnavailable => "JWKS_UNAVAILABLE",
            Self::Signature => "SIGNATURE",
            Self::Issuer => "ISSUER",
            Self::Audience => "AUDIENCE",
            Self::Azp => "AZP",
            Self::Expired => "EXPIRED",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::DateMalformed => "DATE_MALFORMED",
            Self::Nonce => "NONCE",
            Self::Replay => "REPLAY",
            Self::NotLti => "NOT_LTI",
            Self::ClaimMissing => "CLAIM_MISSING",
            Self::VersionMissing => "VERSION_MISSING",
            Self::Version => "VERSION",
            Self::MessageType => "MESSAGE_TYPE",
            Self::DeploymentMissing => "DEPLOYMENT_MISSING",
            Self::DeploymentMismatch => "DEPLOYMENT_MISMATCH",
            Self::DeploymentPending => "DEPLOYMENT_PENDING",
            Self::DeploymentDisabled => "DEPLOYMENT_DISABLED",
            Self::RolesMissing => "ROLES_MISSING",
            Self::SubMissing => "SUB_MISSING",
            Self::SubMalformed => "SUB_MALFORMED",
            Self::ResourceLink => "RESOURCE_LINK",
            Self::TargetLink => "TARGET_LINK",
            Self::DeepLinkingSettings => "DEEP_LINKING_SETTINGS",
            Self::DeepLinkingTypes => "DEEP_LINKING_TYPES",
            Self::DeepLinkingReturn => "DEEP_LINKING_RETURN",
            Self::DeepLinkingRole => "DEEP_LINKING_ROLE",
            Self::ReviewRole => "REVIEW_ROLE",
            Self::ContextMissing => "CONTEXT_MISSING",
            Self::State => "STATE",
            Self::StateExpired => "STATE_EXPIRED",
            Self::StateRegistration => "STATE_REGISTRATION",
            Self::Binding => "BINDING",
            Self::Empty => "EMPTY",
            Self::PlatformError => "PLATFORM_ERROR",
            Self::UnknownPlatform => "UNKNOWN_PLATFORM",
            Self::AmbiguousPlatform => "AMBIGUOUS_PLATFORM",
            Self::PlatformDisabled => "PLATFORM_DISABLED",
            Self::LoginMalformed => "LOGIN_MALFORMED",
            Self::RateLimited => "RATE_LIMITED",
            Self::Store => "STORE",
        }
    }
}
