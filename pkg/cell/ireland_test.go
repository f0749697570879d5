package cell

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

var island = sync.OnceValues(func() (*Geography, error) {
	all, err := country.Builtin()
	if err != nil {
		return nil, err
	}
	set, err := all.Choose("gb", "in", "ie")
	if err != nil {
		return nil, err
	}
	return Load(set)
})

// irish are points on both sides of the border with Northern Ireland, and of those of
// counties.
const irish = `Dublin 53.3498 -6.2603 IE-D
Tallaght 53.2859 -6.3733 IE-D
Howth 53.3874 -6.0654 IE-D
Bray 53.2009 -6.1111 IE-WW
Shankill 53.2330 -6.1240 IE-D
Leixlip 53.3659 -6.4956 IE-KE
Lucan 53.3574 -6.4486 IE-D
Balbriggan 53.6120 -6.1820 IE-D
Drogheda 53.7179 -6.3561 IE-LH
Laytown 53.6790 -6.2430 IE-MH
Dundalk 54.0037 -6.4016 IE-LH
Cork 51.8985 -8.4756 IE-CO
Youghal 51.9543 -7.8472 IE-CO
Limerick 52.6638 -8.6267 IE-LK
Shannon 52.7039 -8.8642 IE-CE
Galway 53.2707 -9.0568 IE-G
Inis Mor 53.1231 -9.6690 IE-G
Clifden 53.4891 -10.0191 IE-G
Waterford 52.2593 -7.1101 IE-WD
Ferrybank, Kilkenny side 52.2790 -7.0930 IE-KK
Carrick-on-Suir 52.3492 -7.4131 IE-TA
Carlow 52.8365 -6.9341 IE-CW
Athlone 53.4239 -7.9407 IE-WH
Monksland 53.4180 -7.9830 IE-RN
Carrick-on-Shannon 53.9469 -8.0900 IE-LM
Sligo 54.2766 -8.4761 IE-SO
Dingle 52.1409 -10.2689 IE-KY
Belmullet 54.2260 -9.9900 IE-MO
Ballaghaderreen 53.9017 -8.5800 IE-RN
Bundoran 54.4790 -8.2800 IE-DL
Letterkenny 54.9503 -7.7345 IE-DL
Malin Head 55.3710 -7.3390 IE-DL
Lifford 54.8325 -7.4800 IE-DL
Strabane 54.8273 -7.4633 GB-TLN
Derry 54.9966 -7.3086 GB-TLN
Derry, Culmore 55.0480 -7.2640 GB-TLN
Muff 55.0680 -7.2700 IE-DL
Bridgend 55.0440 -7.3790 IE-DL
Pettigo 54.5500 -7.8333 IE-DL
Pettigo, west 54.5512 -7.8385 IE-DL
Tullyhommon, east 54.5480 -7.8240 GB-TLN
Belleek 54.4790 -8.0900 GB-TLN
Belcoo 54.2960 -7.8720 GB-TLN
Blacklion 54.2914 -7.8790 IE-CN
Swanlinbar 54.1930 -7.7050 IE-CN
Clones 54.1800 -7.2320 IE-MN
Roslea 54.2410 -7.1690 GB-TLN
Aughnacloy 54.4130 -6.9790 GB-TLN
Emyvale 54.3420 -6.9600 IE-MN
Monaghan 54.2492 -6.9683 IE-MN
Middletown 54.2950 -6.8450 GB-TLN
Crossmaglen 54.0760 -6.6090 GB-TLN
Cullaville 54.0630 -6.6500 GB-TLN
Jonesborough 54.0830 -6.3790 GB-TLN
Newry 54.1751 -6.3402 GB-TLN
Omeath 54.0870 -6.2600 IE-LH
Warrenpoint 54.1010 -6.2510 GB-TLN
Carlingford 54.0420 -6.1870 IE-LH
Greencastle, Donegal 55.2030 -6.9830 IE-DL
Magilligan 55.1720 -6.9560 GB-TLN
Enniskillen 54.3447 -7.6389 GB-TLN
Belfast 54.5970 -5.9300 GB-TLN`

func TestLocateInIreland(t *testing.T) {
	g, err := island()
	if err != nil {
		t.Fatal(err)
	}
	form, tried := regexp.MustCompile(`^(.*) (\S+) (\S+) (\S+)$`), 0
	for line := range strings.SplitSeq(irish, "\n") {
		parts := form.FindStringSubmatch(line)
		lat, _ := strconv.ParseFloat(parts[2], 64)
		lng, _ := strconv.ParseFloat(parts[3], 64)
		want := outage.Region(parts[4])
		cell, of, region, err := g.Locate(outage.LatLng{Lat: lat, Lng: lng})
		if err != nil || region != want || of != want.Country() {
			t.Errorf("%s: got %s, %v, want %s", parts[1], region, err, want)
		}
		if got := g.RegionOf(cell); got != want {
			t.Errorf("%s counts in a cell of %s, want %s", parts[1], got, want)
		}
		tried++
	}
	if tried != 62 {
		t.Errorf("%d points were tried", tried)
	}
}

// Cells that the tables of both countries have are Irish where Ireland is covered, and
// drawn once.
func TestNoCellBelongsToTwoCountries(t *testing.T) {
	g, err := island()
	if err != nil {
		t.Fatal(err)
	}
	alone := world(t)
	of := map[outage.Cell]bool{}
	for _, cell := range g.Land("IE", outage.CellFine) {
		of[cell] = true
	}
	shared := 0
	for _, cell := range alone.Land("GB", outage.CellFine) {
		if of[cell] {
			shared++
		}
	}
	land := g.Land("GB", outage.CellFine)
	for _, cell := range land {
		if of[cell] {
			t.Errorf("%s belongs to both", cell)
		}
	}
	if before := len(alone.Land("GB", outage.CellFine)); shared != 37 || len(land) != before-shared {
		t.Errorf("%d cells are shared; the United Kingdom has %d of %d", shared, len(land), before)
	}
	if len(of) != 2314 || len(g.Regions("IE")) != 26 {
		t.Errorf("Ireland has %d cells and %d regions", len(of), len(g.Regions("IE")))
	}
}

// Without the United Kingdom the north is outside.
func TestIrelandAlone(t *testing.T) {
	all, err := country.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	set, err := all.Choose("ie")
	if err != nil {
		t.Fatal(err)
	}
	g, err := Load(set)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := g.Locate(outage.LatLng{Lat: 54.597, Lng: -5.93}); outage.AsError(err) == nil {
		t.Errorf("Belfast: %v", err)
	}
	if _, of, region, err := g.Locate(outage.LatLng{Lat: 53.35, Lng: -6.26}); err != nil || of != "IE" || region != "IE-D" {
		t.Errorf("Dublin: %s, %s, %v", of, region, err)
	}
}
