//! Settings of an app as JSON, made of their records.

use rollcall_node::config::{AppValue, Kind, app_values};
use serde::Serialize;
use serde_json::Value;

use crate::apps::AnyApp;

/// A setting with its value, and what its record says of it.
#[derive(Serialize)]
pub(crate) struct SettingBody {
    key: &'static str,
    group: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    least: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<u64>,
    /// What zero means, where it does not mean zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    zero: Option<&'static str>,
    is_default: bool,
    default: Value,
    value: Value,
    doc: &'static str,
    applies_to: &'static str,
}

/// All settings of an app.
pub(crate) fn settings_of(app: &AnyApp) -> Vec<SettingBody> {
    app_values(&app.name, &app.settings).into_iter().map(SettingBody::from).collect()
}

impl From<AppValue> for SettingBody {
    fn from(AppValue { setting, default, value }: AppValue) -> Self {
        let (least, most, zero) = match setting.kind {
            Kind::Whole { least, most, zero, .. } => (Some(least), Some(most), zero),
            _ => (None, None, None),
        };
        Self {
            key: setting.key,
            group: setting.group.name(),
            kind: kind_of(&setting.kind),
            least,
            most,
            zero,
            is_default: value == default,
            default,
            value,
            doc: setting.doc,
            applies_to: setting.applies_to.name(),
        }
    }
}

fn kind_of<T>(kind: &Kind<T>) -> &'static str {
    match kind {
        Kind::Switch(_) => "switch",
        Kind::Whole { .. } => "whole",
        Kind::Text { .. } | Kind::Secret { .. } | Kind::Path { .. } => "text",
        Kind::Texts { .. } => "texts",
        Kind::Webhooks(_) => "webhooks",
        Kind::Keys(_) => "keys",
    }
}
