// What a board runs when somebody first chooses its tones.
import "../alerts/sound_panel.js";
