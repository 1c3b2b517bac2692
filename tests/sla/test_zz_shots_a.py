import datetime as dt
from pathlib import Path
OUT = Path("/tmp/w/shots_a"); OUT.mkdir(exist_ok=True)
def test_shots(cedar, open_page, app):
    from ordertrack.sla import saving, settings
    from ordertrack.sla.targets import Target
    from ordertrack.sla.stages import Stage
    from ordertrack.orders.state_machine import Fulfilment
    from ordertrack.database import tenant_context
    with tenant_context(app, cedar.tenant_id):
        place = next(p for p in settings.of_tenant(cedar.tenant_id) if p.slug == "hamra")
        by = cedar.maya.principal
        today = place.calendar.day_of(dt.datetime.now(dt.UTC))
        saving.save_target(place.id, Target(Stage.KITCHEN, None, today - dt.timedelta(20), 900), by=by)
        saving.save_target(place.id, Target(Stage.KITCHEN, Fulfilment.DELIVERY, today, 1050), by=by)
        saving.save_target(place.id, Target(Stage.KITCHEN, None, today + dt.timedelta(3), 720), by=by)
        saving.save_target(place.id, Target(Stage.TOTAL, None, today, 3600), by=by)
        from dataclasses import replace
        saving.save_rules(place.id, replace(place.calendar.rules[-1], early_before=45), by=by)
    for name, width, height in (("tablet", 1280, 800), ("upright", 800, 1280), ("phone", 390, 844)):
        for theme in ("light", "dark"):
            page = open_page(cedar.maya, "/sla/settings/hamra", strict=False, viewport={"width": width, "height": height})
            page.evaluate(f"localStorage.setItem('theme', '{theme}')")
            page.reload()
            for summary in page.locator("details summary").all(): summary.click()
            page.screenshot(path=OUT / f"{name}_{theme}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            print(name, theme, "too wide" if wide else "fits")
            if theme == "light":
                page.get_by_role("button", name="Add a shift").click()
                row = page.locator("fieldset.shift:not([hidden])").last
                row.get_by_label("Shift").fill("Breakfast"); row.get_by_label("From").fill("07:00"); row.get_by_label("Until").fill("12:00")
                page.get_by_label("Time zone").fill("Asia/Nowhere")
                page.get_by_label("Forgotten").fill("-5")
                page.get_by_role("button", name="Save days").click()
                page.wait_for_load_state()
                page.screenshot(path=OUT / f"{name}_bad.png", full_page=True)
                page.goto("/sla/settings"); page.screenshot(path=OUT / f"{name}_list.png")
                page.goto("/sla/settings/hamra"); page.get_by_label("Minutes", exact=True).fill("20"); page.get_by_role("button", name="Save target").click()
                page.goto("/sla/settings/hamra"); 
