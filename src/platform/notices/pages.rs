//! `POST /lti/notices`: where LMSs deliver what they tell unasked.

use actix_web::{HttpResponse, web};

use super::{NoticeError, take};
use crate::context::Context;
use crate::lti::notices::{MAX_DELIVERY, tokens};

/// Takes a delivery and answers at once: what it means is looked at later. One broken notice stops no other.
/// 503 where one could not be kept, so that an LMS that repeats itself does.
async fn deliver(context: web::Data<Context>, body: web::Bytes) -> HttpResponse {
    let Ok(found) = tokens(&body) else {
        return HttpResponse::BadRequest().content_type("text/plain").body("no notices\n");
    };
    let mut kept = true;
    for token in found {
        match take(&context, &token).await {
            Ok(fresh) => tracing::info!(event = "notice", outcome = "taken", fresh, "a notice came"),
            Err(error @ (NoticeError::Store(_) | NoticeError::Keys)) => {
                tracing::warn!(event = "notice", outcome = "failed", %error, "a notice cannot be kept now");
                kept = false;
            }
            Err(reason) => tracing::info!(event = "notice", outcome = "refused", %reason, "a notice was refused"),
        }
    }
    if kept {
        HttpResponse::Ok().content_type("text/plain").body("ok\n")
    } else {
        HttpResponse::ServiceUnavailable().content_type("text/plain").body("later\n")
    }
}

/// The route.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/lti/notices").app_data(web::PayloadConfig::new(MAX_DELIVERY)).route(web::post().to(deliver)),
    );
}
