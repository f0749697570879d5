import { chromium } from 'playwright-core';
const [base, out, ...paths] = process.argv.slice(2);
const b = await chromium.launch({executablePath:'/usr/bin/chromium',args:['--headless','--no-sandbox','--disable-gpu']});
for (const [w,h,scheme] of [[390,844,'light'],[1280,900,'dark'],[390,844,'dark'],[1280,900,'light']]) {
  if (process.env.ONLY && !process.env.ONLY.includes(`${w}${scheme}`)) continue;
  const c = await b.newContext({viewport:{width:w,height:h},colorScheme:scheme,javaScriptEnabled:true});
  const p = await c.newPage();
  for (const path of paths) {
    await p.goto(base+path,{waitUntil:'load'});
    if (process.env.OPEN) await p.evaluate(()=>document.querySelectorAll('details').forEach(d=>d.open=true));
    const wide = await p.evaluate(()=>document.documentElement.scrollWidth);
    const name = out+'-'+path.replace(/[^a-z0-9]+/gi,'_')+`-${w}-${scheme}.png`;
    await p.screenshot({path:name,fullPage:true});
    console.log(name, 'scrollWidth', wide);
  }
  await c.close();
}
await b.close();
