// What the page of a service has of other pages, in one file: a request costs more than
// its bytes on a slow line.
import '../live/main.ts';
import '../report/main.ts';
import '../push/main.ts';
