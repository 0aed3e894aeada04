// What a machine can see of a page without axe. Each function answers with sentences about what is wrong.
(() => {
  const main = 44, least = 24
  const seen = el => {
    if (!el.checkVisibility({visibilityProperty: true, opacityProperty: true}) || el.closest(".vh, .skip")) return false
    // The heads of a table that is laid out as a list are there for whoever listens.
    const head = el.closest("thead")
    return !head || getComputedStyle(head).position !== "absolute"
  }
  const named = el => {
    const text = (el.getAttribute("aria-label") || el.textContent || el.name || "").replace(/\s+/g, " ").trim()
    return `<${el.tagName.toLowerCase()}${el.className && typeof el.className === "string" ? "." + el.className : ""}> ${text.slice(0, 60)}`
  }
  const once = list => [...new Set(list)]
  const styled = el => getComputedStyle(el)
  const scrolls = el => {
    for (let one = el.parentElement; one; one = one.parentElement)
      if (/auto|scroll/.test(styled(one).overflowX)) return true
    return false
  }

  function built() {
    const wrong = []
    const h1 = document.querySelectorAll("h1")
    if (h1.length !== 1) wrong.push(`${h1.length} first headings`)
    if (h1[0] && !h1[0].innerText.trim()) wrong.push("a first heading that says nothing")
    let level = 0
    for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
      if (heading.closest("dialog:not([open])")) continue
      const now = Number(heading.tagName[1])
      if (now > level + 1) wrong.push(`a heading of level ${now} after one of level ${level}: ${named(heading)}`)
      level = now
    }
    for (const el of document.querySelectorAll("[style]")) wrong.push(`a style of its own: ${named(el)}`)
    for (const el of document.querySelectorAll("script:not([src]), style")) wrong.push(`a script or style in the page: ${named(el)}`)
    for (const el of document.querySelectorAll("*"))
      for (const {name} of el.attributes) if (name.startsWith("on")) wrong.push(`${name}: ${named(el)}`)
    for (const one of performance.getEntriesByType("resource"))
      if (new URL(one.name).origin !== location.origin) wrong.push(`something of another site: ${one.name}`)
    if (!document.title.trim()) wrong.push("no title")
    return once(wrong)
  }

  function fields() {
    const wrong = []
    for (const field of document.querySelectorAll("input:not([type=hidden], [hidden]), select, textarea")) {
      if (field.closest("[aria-hidden=true], [hidden]")) continue
      if (!field.labels?.length && !field.getAttribute("aria-label") && !field.getAttribute("aria-labelledby"))
        wrong.push(`a field without a label: ${named(field)} ${field.name}`)
      for (const id of (field.getAttribute("aria-describedby") || "").split(/\s+/).filter(Boolean))
        if (!document.getElementById(id)) wrong.push(`${field.name} is described by ${id}, which is not there`)
    }
    for (const said of document.querySelectorAll(".errmsg")) {
      if (!said.textContent.trim()) continue
      if (!said.id || !document.querySelector(`[aria-describedby~="${said.id}"]`))
        wrong.push(`an error that belongs to no field: ${named(said)}`)
    }
    return once(wrong)
  }

  function motion() {
    const moving = []
    for (const el of document.querySelectorAll("body *")) {
      const {animationName, transitionDuration, transitionProperty} = styled(el)
      if (animationName !== "none") moving.push(`moves although little motion is asked for: ${named(el)}`)
      if (parseFloat(transitionDuration) > 0 && transitionProperty !== "none") moving.push(`fades although little motion is asked for: ${named(el)}`)
    }
    return once(moving)
  }

  function focus() {
    const wrong = [], kinds = new Set()
    const before = document.activeElement
    for (const el of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")) {
      const kind = `${el.tagName}.${el.className}.${el.type || ""}.${el.parentElement.className}`
      if (kinds.has(kind) || !el.checkVisibility({visibilityProperty: true}) || el.disabled) continue
      kinds.add(kind)
      el.focus({focusVisible: true, preventScroll: true})
      if (document.activeElement !== el) continue
      const ringed = one => parseFloat(styled(one).outlineWidth) >= 2 && styled(one).outlineStyle !== "none"
      if (!ringed(el) && !ringed(el.closest("label") || el)) wrong.push(`no ring when in focus: ${named(el)}`)
    }
    before?.focus?.({preventScroll: true})
    return once(wrong)
  }

  function targets(onPhone) {
    const wrong = []
    for (const el of document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")) {
      if (!seen(el)) continue
      let box = el.getBoundingClientRect()
      const label = el.matches("input") && el.closest("label")
      if (label) box = label.getBoundingClientRect()
      if (!box.width || !box.height) continue
      const inSentence = el.matches("a, summary, button.linklike") && styled(el).display === "inline"
      if (!inSentence && (box.height < least - 0.5 || box.width < least - 0.5))
        wrong.push(`smaller than ${least} px: ${named(el)} ${Math.round(box.width)}x${Math.round(box.height)}`)
      const isMain = el.matches(".btn.primary:not(.sm), .tabbar a, .choice input")
      if (onPhone && isMain && box.height < main - 0.5)
        wrong.push(`a main action lower than ${main} px: ${named(el)} ${Math.round(box.height)}`)
    }
    return once(wrong)
  }

  const BOXES = "button, .btn, label, th, td, .tag, .chip, nav a, summary, legend, h1, h2, h3, dt, dd, li, option, .card, .note, .count"
  function fit() {
    const wrong = []
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
    if (wide > 0) wrong.push(`${wide} px wider than the screen`)
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const el = text.parentElement
      if (!text.data.trim() || el.closest("script, style, option, svg, .vh, .skip, [hidden]") || !seen(el)) continue
      range.selectNodeContents(text)
      const right = Math.max(...[...range.getClientRects()].map(one => one.right))
      const bottom = Math.max(...[...range.getClientRects()].map(one => one.bottom))
      if (!Number.isFinite(right)) continue
      if (right > innerWidth + 1 && !scrolls(el)) wrong.push(`text beyond the screen by ${Math.round(right - innerWidth)} px: ${named(el)}`)
      const box = el.closest(BOXES)
      const edge = box?.getBoundingClientRect()
      if (edge && styled(box).display !== "inline" && styled(box).display !== "contents" && right > edge.right + 1.5)
        wrong.push(`text beyond its box by ${Math.round(right - edge.right)} px: ${named(box)}`)
      for (let one = el; one && one !== document.body; one = one.parentElement) {
        const style = styled(one)
        if (!/hidden|clip/.test(style.overflowX + style.overflowY)) continue
        const clip = one.getBoundingClientRect()
        if ((/hidden|clip/.test(style.overflowX) && right > clip.right + 1.5) || (/hidden|clip/.test(style.overflowY) && bottom > clip.bottom + 2))
          wrong.push(`text cut off: ${named(el)}`)
        break
      }
    }
    for (const el of document.querySelectorAll("select, input[type=button], input[type=submit]")) if (seen(el) && el.getBoundingClientRect().right > innerWidth + 1 && !scrolls(el)) wrong.push(`a field beyond the screen: ${named(el)}`)
    return once(wrong)
  }

  function print() {
    const wrong = []
    for (const el of document.querySelectorAll(".nav, .tabbar, .skip, .btn, dialog, .langs")) if (styled(el).display !== "none" && el.checkVisibility()) wrong.push(`printed although nobody can press it on paper: ${named(el)}`)
    if (document.querySelector(".printonly") && ![...document.querySelectorAll(".printonly")].some(el => el.checkVisibility())) wrong.push("the foot of the sheet is not printed")
    return once(wrong)
  }

  window.inspection = {built, fields, motion, focus, targets, fit, print}
})()
