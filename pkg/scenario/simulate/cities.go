package simulate

import "github.com/open-downpour/downpour/pkg/outage"

// city is a place that people report from; people is in millions, for the
// whole built-up area, and says only how reports spread.
type city struct {
	name   string
	point  outage.LatLng
	people float64
}

// cities are where the simulated people live: rounded populations of the
// largest built-up areas and of some smaller ones in every part.
var cities = map[outage.Country][]city{
	outage.GB: {
		{"London", outage.LatLng{Lat: 51.507, Lng: -.128}, 9.8}, {"Birmingham", outage.LatLng{Lat: 52.480, Lng: -1.903}, 2.6},
		{"Manchester", outage.LatLng{Lat: 53.480, Lng: -2.242}, 2.7}, {"Leeds", outage.LatLng{Lat: 53.797, Lng: -1.544}, 1.9},
		{"Glasgow", outage.LatLng{Lat: 55.861, Lng: -4.250}, 1.2}, {"Liverpool", outage.LatLng{Lat: 53.408, Lng: -2.992}, .9},
		{"Southampton", outage.LatLng{Lat: 50.909, Lng: -1.404}, .9}, {"Newcastle", outage.LatLng{Lat: 54.978, Lng: -1.618}, .8},
		{"Nottingham", outage.LatLng{Lat: 52.954, Lng: -1.158}, .75}, {"Sheffield", outage.LatLng{Lat: 53.381, Lng: -1.470}, .7},
		{"Bristol", outage.LatLng{Lat: 51.455, Lng: -2.588}, .65}, {"Belfast", outage.LatLng{Lat: 54.597, Lng: -5.930}, .6},
		{"Leicester", outage.LatLng{Lat: 52.637, Lng: -1.140}, .5}, {"Edinburgh", outage.LatLng{Lat: 55.953, Lng: -3.188}, .5},
		{"Brighton", outage.LatLng{Lat: 50.823, Lng: -.137}, .47}, {"Cardiff", outage.LatLng{Lat: 51.481, Lng: -3.179}, .47},
		{"Bournemouth", outage.LatLng{Lat: 50.721, Lng: -1.879}, .46}, {"Middlesbrough", outage.LatLng{Lat: 54.574, Lng: -1.235}, .38},
		{"Stoke", outage.LatLng{Lat: 53.003, Lng: -2.179}, .37}, {"Coventry", outage.LatLng{Lat: 52.408, Lng: -1.511}, .36},
		{"Sunderland", outage.LatLng{Lat: 54.906, Lng: -1.381}, .33}, {"Reading", outage.LatLng{Lat: 51.455, Lng: -.969}, .32},
		{"Hull", outage.LatLng{Lat: 53.744, Lng: -.332}, .31}, {"Preston", outage.LatLng{Lat: 53.763, Lng: -2.703}, .31},
		{"Swansea", outage.LatLng{Lat: 51.621, Lng: -3.944}, .3}, {"Plymouth", outage.LatLng{Lat: 50.376, Lng: -4.143}, .26},
		{"Derby", outage.LatLng{Lat: 52.922, Lng: -1.476}, .27}, {"Norwich", outage.LatLng{Lat: 52.628, Lng: 1.297}, .21},
		{"Aberdeen", outage.LatLng{Lat: 57.149, Lng: -2.094}, .21}, {"Cambridge", outage.LatLng{Lat: 52.205, Lng: .119}, .16},
		{"Oxford", outage.LatLng{Lat: 51.752, Lng: -1.258}, .17}, {"York", outage.LatLng{Lat: 53.960, Lng: -1.087}, .15},
		{"Exeter", outage.LatLng{Lat: 50.718, Lng: -3.534}, .13}, {"Dundee", outage.LatLng{Lat: 56.462, Lng: -2.970}, .15},
		{"Derry", outage.LatLng{Lat: 54.997, Lng: -7.309}, .09}, {"Inverness", outage.LatLng{Lat: 57.478, Lng: -4.225}, .06},
		{"Carlisle", outage.LatLng{Lat: 54.892, Lng: -2.933}, .07}, {"Bangor", outage.LatLng{Lat: 53.227, Lng: -4.129}, .03},
	},
	outage.IN: {
		{"Delhi", outage.LatLng{Lat: 28.614, Lng: 77.209}, 29}, {"Mumbai", outage.LatLng{Lat: 19.076, Lng: 72.878}, 20},
		{"Kolkata", outage.LatLng{Lat: 22.573, Lng: 88.364}, 14.5}, {"Bengaluru", outage.LatLng{Lat: 12.972, Lng: 77.594}, 12},
		{"Chennai", outage.LatLng{Lat: 13.083, Lng: 80.270}, 11}, {"Hyderabad", outage.LatLng{Lat: 17.385, Lng: 78.487}, 10},
		{"Ahmedabad", outage.LatLng{Lat: 23.023, Lng: 72.571}, 8}, {"Surat", outage.LatLng{Lat: 21.170, Lng: 72.831}, 7},
		{"Pune", outage.LatLng{Lat: 18.520, Lng: 73.856}, 6.6}, {"Jaipur", outage.LatLng{Lat: 26.912, Lng: 75.787}, 3.9},
		{"Lucknow", outage.LatLng{Lat: 26.847, Lng: 80.946}, 3.7}, {"Kozhikode", outage.LatLng{Lat: 11.259, Lng: 75.780}, 3.4},
		{"Kanpur", outage.LatLng{Lat: 26.450, Lng: 80.332}, 3.1}, {"Kochi", outage.LatLng{Lat: 9.931, Lng: 76.267}, 3},
		{"Indore", outage.LatLng{Lat: 22.720, Lng: 75.858}, 3}, {"Nagpur", outage.LatLng{Lat: 21.146, Lng: 79.088}, 2.9},
		{"Coimbatore", outage.LatLng{Lat: 11.017, Lng: 76.956}, 2.8}, {"Thiruvananthapuram", outage.LatLng{Lat: 8.524, Lng: 76.937}, 2.6},
		{"Patna", outage.LatLng{Lat: 25.594, Lng: 85.138}, 2.4}, {"Bhopal", outage.LatLng{Lat: 23.260, Lng: 77.413}, 2.4},
		{"Agra", outage.LatLng{Lat: 27.177, Lng: 78.008}, 2.2}, {"Visakhapatnam", outage.LatLng{Lat: 17.687, Lng: 83.219}, 2.2},
		{"Vadodara", outage.LatLng{Lat: 22.307, Lng: 73.181}, 2.1}, {"Nashik", outage.LatLng{Lat: 19.998, Lng: 73.790}, 2},
		{"Vijayawada", outage.LatLng{Lat: 16.506, Lng: 80.648}, 2}, {"Ludhiana", outage.LatLng{Lat: 30.901, Lng: 75.857}, 1.8},
		{"Varanasi", outage.LatLng{Lat: 25.318, Lng: 82.974}, 1.7}, {"Madurai", outage.LatLng{Lat: 9.925, Lng: 78.120}, 1.7},
		{"Rajkot", outage.LatLng{Lat: 22.304, Lng: 70.802}, 1.8}, {"Jamshedpur", outage.LatLng{Lat: 22.805, Lng: 86.203}, 1.5},
		{"Srinagar", outage.LatLng{Lat: 34.084, Lng: 74.797}, 1.5}, {"Ranchi", outage.LatLng{Lat: 23.344, Lng: 85.310}, 1.4},
		{"Chandigarh", outage.LatLng{Lat: 30.733, Lng: 76.779}, 1.2}, {"Guwahati", outage.LatLng{Lat: 26.145, Lng: 91.736}, 1.1},
		{"Bhubaneswar", outage.LatLng{Lat: 20.296, Lng: 85.825}, 1.1}, {"Raipur", outage.LatLng{Lat: 21.251, Lng: 81.630}, 1.5},
		{"Dehradun", outage.LatLng{Lat: 30.316, Lng: 78.032}, .8}, {"Goa", outage.LatLng{Lat: 15.499, Lng: 73.828}, .6},
		{"Shimla", outage.LatLng{Lat: 31.105, Lng: 77.173}, .2}, {"Imphal", outage.LatLng{Lat: 24.817, Lng: 93.937}, .5},
		{"Shillong", outage.LatLng{Lat: 25.579, Lng: 91.893}, .4}, {"Agartala", outage.LatLng{Lat: 23.831, Lng: 91.287}, .5},
	},
}
