//! The settings of one app with their values and defaults, as programs read them.

use rollcall_engine::App;
use serde_json::Value as Json;

use super::APP;
use super::app_table::Settings;
use super::edit::as_in_the_file;
use super::setting::Setting;

/// A setting of an app, and what it is set to.
#[derive(Clone)]
pub struct AppValue {
    /// Its record.
    pub setting: &'static Setting<App>,
    /// What counts where it is not set.
    pub default: Json,
    /// What counts.
    pub value: Json,
}

/// Every setting of an app, in the order of the records. `name` is what the app is called, and
/// `settings` is what else it sets ([`stored_settings`](super::stored_settings), or what the file
/// declares). Its id and its keys are none.
pub fn app_values(name: &str, settings: &Settings) -> Vec<AppValue> {
    let listed = APP.iter().filter(|setting| is_listed(setting));
    let values = listed.map(|setting| {
        let default = default_of(setting);
        let set = match setting.key {
            "name" => Some(name.into()),
            key => settings.get(key).cloned(),
        };
        AppValue { setting, value: set.unwrap_or_else(|| default.clone()), default }
    });
    values.collect()
}

/// Whether a record is of a setting, and not of what makes an app the one that it is.
pub(super) fn is_listed(setting: &Setting<App>) -> bool {
    !["id", "keys"].contains(&setting.key)
}

/// A default is written as the file would have it.
fn default_of(setting: &Setting<App>) -> Json {
    as_in_the_file(setting.default.as_str()).map_or(Json::Null, |value| value.to_json())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_default_and_what_is_not_set_has_it() {
        let settings = [("mirror".to_owned(), Json::Bool(true))].into_iter().collect();
        let values = app_values("Demo", &settings);
        assert_eq!(values.len(), APP.len() - 2);
        for AppValue { setting, default, value } in &values {
            assert!(!default.is_null(), "{}", setting.key);
            let differs = ["mirror", "name"].contains(&setting.key);
            assert_eq!(value != default, differs, "{}", setting.key);
        }
        let find = |key| values.iter().find(|found| found.setting.key == key).unwrap();
        assert_eq!(find("presence.grace_seconds").value, 3);
        assert_eq!(find("allowed_origins").default, serde_json::json!(["*"]));
        assert_eq!(find("name").value, "Demo");
    }
}
