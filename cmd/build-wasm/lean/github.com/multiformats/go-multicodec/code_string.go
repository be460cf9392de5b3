package multicodec

import (
	"fmt"
	"sort"
	"strconv"
)

// What stringer made of version 0.10.0 of the table is a map of 603 entries, set
// up by 120 kB of code as the program starts. Here are the same names, one after
// another in codeNames, with where each ends, by their codes.

const codeNames = "" +
	"identitycidv1cidv2cidv3ip4tcpsha1sha2-256sha2-512sha3-512sha3-384sha3-256sha3-224shake-128" +
	"shake-256keccak-224keccak-256keccak-384keccak-512blake3sha2-384dccpmurmur3-x64-64murmur3-3" +
	"2ip6ip6zoneipcidrpathmulticodecmultihashmultiaddrmultibasevarsigdnsdns4dns6dnsaddrprotobuf" +
	"cborrawdbl-sha2-256rlpbencodedag-pbdag-cborlibp2p-keygit-rawtorrent-infotorrent-fileblake3" +
	"-hashseqleofcoin-blockleofcoin-txleofcoin-prsctpdag-josedag-coselbryeth-blocketh-block-lis" +
	"teth-tx-trieeth-txeth-tx-receipt-trieeth-tx-receipteth-state-trieeth-account-snapshoteth-s" +
	"torage-trieeth-receipt-log-trieeth-receipt-logaes-128aes-192aes-256chacha-128chacha-256bit" +
	"coin-blockbitcoin-txbitcoin-witness-commitmentzcash-blockzcash-txcaip-50streamidstellar-bl" +
	"ockstellar-txmd4md5decred-blockdecred-txipldipfsswarmipnszeronetsecp256k1-pubdnslinkbls12_" +
	"381-g1-pubbls12_381-g2-pubx25519-pubed25519-pubbls12_381-g1g2-pubsr25519-pubdash-blockdash" +
	"-txswarm-manifestswarm-feedbeesonudpp2p-webrtc-starp2p-webrtc-directp2p-stardustwebrtc-dir" +
	"ectwebrtcp2p-circuitdag-jsonudtutpcrc32crc64-ecmacrc64-nvmeunixthreadp2phttpsoniononion3ga" +
	"rlic64garlic32tlssninoiseshsquicquic-v1webtransportcerthashwswssp2p-websocket-starhttphttp" +
	"-pathswhid-1-snpjsonmessagepackcarx509-certificateipns-recordlibp2p-peer-recordlibp2p-rela" +
	"y-rsvpmemorytransportcar-index-sortedcar-multihash-index-sortedtransport-bitswaptransport-" +
	"graphsync-filecoinv1transport-ipfs-gateway-httptransport-filecoin-piece-httpmultididfr32-s" +
	"ha256-trunc254-padbintreesha2-256-trunc254-paddedsha2-224sha2-512-224sha2-512-256murmur3-x" +
	"64-128ripemd-128ripemd-160ripemd-256ripemd-320x11p256-pubp384-pubp521-pubed448-pubx448-pub" +
	"rsa-pubsm2-pubvladprovenance-logprovenance-log-entryprovenance-log-scriptmlkem-512-pubmlke" +
	"m-768-pubmlkem-1024-pubmultisigmultikeynonceed25519-privsecp256k1-privx25519-privsr25519-p" +
	"rivrsa-privp256-privp384-privp521-privbls12_381-g1-privbls12_381-g2-privbls12_381-g1g2-pri" +
	"vbls12_381-g1-pub-sharebls12_381-g2-pub-sharebls12_381-g1-priv-sharebls12_381-g2-priv-shar" +
	"esm2-prived448-privx448-privmlkem-512-privmlkem-768-privmlkem-1024-privjwk_jcs-privlamport" +
	"-sha3-512-publamport-sha3-384-publamport-sha3-256-publamport-sha3-512-privlamport-sha3-384" +
	"-privlamport-sha3-256-privlamport-sha3-512-priv-sharelamport-sha3-384-priv-sharelamport-sh" +
	"a3-256-priv-sharelamport-sha3-512-siglamport-sha3-384-siglamport-sha3-256-siglamport-sha3-" +
	"512-sig-sharelamport-sha3-384-sig-sharelamport-sha3-256-sig-sharekangarootwelveaes-gcm-256" +
	"silverpinesm3-256sha256achacha20-poly1305blake2b-8blake2b-16blake2b-24blake2b-32blake2b-40" +
	"blake2b-48blake2b-56blake2b-64blake2b-72blake2b-80blake2b-88blake2b-96blake2b-104blake2b-1" +
	"12blake2b-120blake2b-128blake2b-136blake2b-144blake2b-152blake2b-160blake2b-168blake2b-176" +
	"blake2b-184blake2b-192blake2b-200blake2b-208blake2b-216blake2b-224blake2b-232blake2b-240bl" +
	"ake2b-248blake2b-256blake2b-264blake2b-272blake2b-280blake2b-288blake2b-296blake2b-304blak" +
	"e2b-312blake2b-320blake2b-328blake2b-336blake2b-344blake2b-352blake2b-360blake2b-368blake2" +
	"b-376blake2b-384blake2b-392blake2b-400blake2b-408blake2b-416blake2b-424blake2b-432blake2b-" +
	"440blake2b-448blake2b-456blake2b-464blake2b-472blake2b-480blake2b-488blake2b-496blake2b-50" +
	"4blake2b-512blake2s-8blake2s-16blake2s-24blake2s-32blake2s-40blake2s-48blake2s-56blake2s-6" +
	"4blake2s-72blake2s-80blake2s-88blake2s-96blake2s-104blake2s-112blake2s-120blake2s-128blake" +
	"2s-136blake2s-144blake2s-152blake2s-160blake2s-168blake2s-176blake2s-184blake2s-192blake2s" +
	"-200blake2s-208blake2s-216blake2s-224blake2s-232blake2s-240blake2s-248blake2s-256skein256-" +
	"8skein256-16skein256-24skein256-32skein256-40skein256-48skein256-56skein256-64skein256-72s" +
	"kein256-80skein256-88skein256-96skein256-104skein256-112skein256-120skein256-128skein256-1" +
	"36skein256-144skein256-152skein256-160skein256-168skein256-176skein256-184skein256-192skei" +
	"n256-200skein256-208skein256-216skein256-224skein256-232skein256-240skein256-248skein256-2" +
	"56skein512-8skein512-16skein512-24skein512-32skein512-40skein512-48skein512-56skein512-64s" +
	"kein512-72skein512-80skein512-88skein512-96skein512-104skein512-112skein512-120skein512-12" +
	"8skein512-136skein512-144skein512-152skein512-160skein512-168skein512-176skein512-184skein" +
	"512-192skein512-200skein512-208skein512-216skein512-224skein512-232skein512-240skein512-24" +
	"8skein512-256skein512-264skein512-272skein512-280skein512-288skein512-296skein512-304skein" +
	"512-312skein512-320skein512-328skein512-336skein512-344skein512-352skein512-360skein512-36" +
	"8skein512-376skein512-384skein512-392skein512-400skein512-408skein512-416skein512-424skein" +
	"512-432skein512-440skein512-448skein512-456skein512-464skein512-472skein512-480skein512-48" +
	"8skein512-496skein512-504skein512-512skein1024-8skein1024-16skein1024-24skein1024-32skein1" +
	"024-40skein1024-48skein1024-56skein1024-64skein1024-72skein1024-80skein1024-88skein1024-96" +
	"skein1024-104skein1024-112skein1024-120skein1024-128skein1024-136skein1024-144skein1024-15" +
	"2skein1024-160skein1024-168skein1024-176skein1024-184skein1024-192skein1024-200skein1024-2" +
	"08skein1024-216skein1024-224skein1024-232skein1024-240skein1024-248skein1024-256skein1024-" +
	"264skein1024-272skein1024-280skein1024-288skein1024-296skein1024-304skein1024-312skein1024" +
	"-320skein1024-328skein1024-336skein1024-344skein1024-352skein1024-360skein1024-368skein102" +
	"4-376skein1024-384skein1024-392skein1024-400skein1024-408skein1024-416skein1024-424skein10" +
	"24-432skein1024-440skein1024-448skein1024-456skein1024-464skein1024-472skein1024-480skein1" +
	"024-488skein1024-496skein1024-504skein1024-512skein1024-520skein1024-528skein1024-536skein" +
	"1024-544skein1024-552skein1024-560skein1024-568skein1024-576skein1024-584skein1024-592skei" +
	"n1024-600skein1024-608skein1024-616skein1024-624skein1024-632skein1024-640skein1024-648ske" +
	"in1024-656skein1024-664skein1024-672skein1024-680skein1024-688skein1024-696skein1024-704sk" +
	"ein1024-712skein1024-720skein1024-728skein1024-736skein1024-744skein1024-752skein1024-760s" +
	"kein1024-768skein1024-776skein1024-784skein1024-792skein1024-800skein1024-808skein1024-816" +
	"skein1024-824skein1024-832skein1024-840skein1024-848skein1024-856skein1024-864skein1024-87" +
	"2skein1024-880skein1024-888skein1024-896skein1024-904skein1024-912skein1024-920skein1024-9" +
	"28skein1024-936skein1024-944skein1024-952skein1024-960skein1024-968skein1024-976skein1024-" +
	"984skein1024-992skein1024-1000skein1024-1008skein1024-1016skein1024-1024xxh-32xxh-64xxh3-6" +
	"4xxh3-128poseidon-bls12_381-a2-fc1poseidon-bls12_381-a2-fc1-scrdfc-1sszssz-sha2-256-bmtsha" +
	"2-256-chunkedjson-jcsbittorrent-pieces-rootiscczeroxcert-imprint-256nonstandard-sigbcrypt-" +
	"pbkdfes256kbls12_381-g1-sigbls12_381-g2-sigeddsaeip-191jwk_jcs-pubed2kfil-commitment-unsea" +
	"ledfil-commitment-sealedshelter-contract-manifestshelter-contract-textshelter-contract-dat" +
	"ashelter-file-manifestshelter-file-chunkplaintextv2holochain-adr-v0holochain-adr-v1holocha" +
	"in-key-v0holochain-key-v1holochain-sig-v0holochain-sig-v1skynet-nsarweave-nssubspace-nskum" +
	"andra-nses256es384es512rs256es256k-msigbls12_381-g1-msigbls12_381-g2-msigeddsa-msigbls12_3" +
	"81-g1-share-msigbls12_381-g2-share-msiglamport-msiglamport-share-msiges256-msiges384-msige" +
	"s521-msigrs256-msigscion"

var codes = [...]uint32{
	0, 1, 2, 3, 4, 6, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 35, 41, 42,
	43, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 80, 81, 85, 86, 96, 99, 112, 113, 114, 120, 123, 124,
	128, 129, 130, 131, 132, 133, 134, 140, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153, 154,
	160, 161, 162, 163, 164, 176, 177, 178, 192, 193, 202, 206, 208, 209, 212, 213, 224, 225, 226,
	227, 228, 229, 230, 231, 232, 234, 235, 236, 237, 238, 239, 240, 241, 250, 251, 252, 273, 275,
	276, 277, 280, 281, 290, 297, 301, 302, 306, 356, 357, 400, 406, 421, 443, 444, 445, 446, 447,
	448, 449, 454, 456, 460, 461, 465, 466, 477, 478, 479, 480, 481, 496, 512, 513, 514, 528, 768,
	769, 770, 777, 1024, 1025, 2304, 2320, 2336, 2352, 3357, 4113, 4114, 4115, 4116, 4117, 4130, 4178,
	4179, 4180, 4181, 4352, 4608, 4609, 4610, 4611, 4612, 4613, 4614, 4615, 4616, 4617, 4618, 4619,
	4620, 4621, 4665, 4666, 4667, 4864, 4865, 4866, 4867, 4869, 4870, 4871, 4872, 4873, 4874, 4875,
	4876, 4877, 4878, 4879, 4880, 4881, 4882, 4883, 4884, 4885, 4886, 6676, 6677, 6678, 6692, 6693,
	6694, 6708, 6709, 6710, 6724, 6725, 6726, 6740, 6741, 6742, 7425, 8192, 16194, 21325, 28690,
	40960, 45569, 45570, 45571, 45572, 45573, 45574, 45575, 45576, 45577, 45578, 45579, 45580, 45581,
	45582, 45583, 45584, 45585, 45586, 45587, 45588, 45589, 45590, 45591, 45592, 45593, 45594, 45595,
	45596, 45597, 45598, 45599, 45600, 45601, 45602, 45603, 45604, 45605, 45606, 45607, 45608, 45609,
	45610, 45611, 45612, 45613, 45614, 45615, 45616, 45617, 45618, 45619, 45620, 45621, 45622, 45623,
	45624, 45625, 45626, 45627, 45628, 45629, 45630, 45631, 45632, 45633, 45634, 45635, 45636, 45637,
	45638, 45639, 45640, 45641, 45642, 45643, 45644, 45645, 45646, 45647, 45648, 45649, 45650, 45651,
	45652, 45653, 45654, 45655, 45656, 45657, 45658, 45659, 45660, 45661, 45662, 45663, 45664, 45825,
	45826, 45827, 45828, 45829, 45830, 45831, 45832, 45833, 45834, 45835, 45836, 45837, 45838, 45839,
	45840, 45841, 45842, 45843, 45844, 45845, 45846, 45847, 45848, 45849, 45850, 45851, 45852, 45853,
	45854, 45855, 45856, 45857, 45858, 45859, 45860, 45861, 45862, 45863, 45864, 45865, 45866, 45867,
	45868, 45869, 45870, 45871, 45872, 45873, 45874, 45875, 45876, 45877, 45878, 45879, 45880, 45881,
	45882, 45883, 45884, 45885, 45886, 45887, 45888, 45889, 45890, 45891, 45892, 45893, 45894, 45895,
	45896, 45897, 45898, 45899, 45900, 45901, 45902, 45903, 45904, 45905, 45906, 45907, 45908, 45909,
	45910, 45911, 45912, 45913, 45914, 45915, 45916, 45917, 45918, 45919, 45920, 45921, 45922, 45923,
	45924, 45925, 45926, 45927, 45928, 45929, 45930, 45931, 45932, 45933, 45934, 45935, 45936, 45937,
	45938, 45939, 45940, 45941, 45942, 45943, 45944, 45945, 45946, 45947, 45948, 45949, 45950, 45951,
	45952, 45953, 45954, 45955, 45956, 45957, 45958, 45959, 45960, 45961, 45962, 45963, 45964, 45965,
	45966, 45967, 45968, 45969, 45970, 45971, 45972, 45973, 45974, 45975, 45976, 45977, 45978, 45979,
	45980, 45981, 45982, 45983, 45984, 45985, 45986, 45987, 45988, 45989, 45990, 45991, 45992, 45993,
	45994, 45995, 45996, 45997, 45998, 45999, 46000, 46001, 46002, 46003, 46004, 46005, 46006, 46007,
	46008, 46009, 46010, 46011, 46012, 46013, 46014, 46015, 46016, 46017, 46018, 46019, 46020, 46021,
	46022, 46023, 46024, 46025, 46026, 46027, 46028, 46029, 46030, 46031, 46032, 46033, 46034, 46035,
	46036, 46037, 46038, 46039, 46040, 46041, 46042, 46043, 46044, 46045, 46046, 46047, 46048, 46049,
	46050, 46051, 46052, 46081, 46082, 46083, 46337, 46338, 46352, 46593, 46850, 52225, 52753, 53248,
	53261, 53479, 53482, 53483, 53485, 53649, 60241, 60704, 61697, 61698, 5316096, 5316097, 5316098,
	5316099, 5316100, 7367777, 8417572, 8483108, 9728292, 9793828, 10645796, 10711332, 11639056,
	11704592, 11770128, 11835664, 13636096, 13636097, 13636098, 13636101, 13636352, 13636353,
	13636354, 13636355, 13636356, 13636357, 13636358, 13636359, 13636360, 13636361, 13636362,
	13636363, 13639680,
}

var codeNameEnds = [...]uint16{
	8, 13, 18, 23, 26, 29, 33, 41, 49, 57, 65, 73, 81, 90, 99, 109, 119, 129, 139, 145, 153, 157, 171,
	181, 184, 191, 197, 201, 211, 220, 229, 238, 244, 247, 251, 255, 262, 270, 274, 277, 289, 292,
	299, 305, 313, 323, 330, 342, 354, 368, 382, 393, 404, 408, 416, 424, 428, 437, 451, 462, 468,
	487, 501, 515, 535, 551, 571, 586, 593, 600, 607, 617, 627, 640, 650, 676, 687, 695, 702, 710,
	723, 733, 736, 739, 751, 760, 764, 768, 773, 777, 784, 797, 804, 820, 836, 846, 857, 875, 886,
	896, 903, 917, 927, 933, 936, 951, 968, 980, 993, 999, 1010, 1018, 1021, 1024, 1029, 1039, 1049,
	1053, 1059, 1062, 1067, 1072, 1078, 1086, 1094, 1097, 1100, 1105, 1108, 1112, 1119, 1131, 1139,
	1141, 1144, 1162, 1166, 1175, 1186, 1190, 1201, 1204, 1220, 1231, 1249, 1266, 1281, 1297, 1323,
	1340, 1370, 1397, 1426, 1434, 1465, 1489, 1497, 1509, 1521, 1536, 1546, 1556, 1566, 1576, 1579,
	1587, 1595, 1603, 1612, 1620, 1627, 1634, 1638, 1652, 1672, 1693, 1706, 1719, 1733, 1741, 1749,
	1754, 1766, 1780, 1791, 1803, 1811, 1820, 1829, 1838, 1855, 1872, 1891, 1913, 1935, 1958, 1981,
	1989, 1999, 2008, 2022, 2036, 2051, 2063, 2083, 2103, 2123, 2144, 2165, 2186, 2213, 2240, 2267,
	2287, 2307, 2327, 2353, 2379, 2405, 2419, 2430, 2440, 2447, 2454, 2471, 2480, 2490, 2500, 2510,
	2520, 2530, 2540, 2550, 2560, 2570, 2580, 2590, 2601, 2612, 2623, 2634, 2645, 2656, 2667, 2678,
	2689, 2700, 2711, 2722, 2733, 2744, 2755, 2766, 2777, 2788, 2799, 2810, 2821, 2832, 2843, 2854,
	2865, 2876, 2887, 2898, 2909, 2920, 2931, 2942, 2953, 2964, 2975, 2986, 2997, 3008, 3019, 3030,
	3041, 3052, 3063, 3074, 3085, 3096, 3107, 3118, 3129, 3140, 3151, 3162, 3171, 3181, 3191, 3201,
	3211, 3221, 3231, 3241, 3251, 3261, 3271, 3281, 3292, 3303, 3314, 3325, 3336, 3347, 3358, 3369,
	3380, 3391, 3402, 3413, 3424, 3435, 3446, 3457, 3468, 3479, 3490, 3501, 3511, 3522, 3533, 3544,
	3555, 3566, 3577, 3588, 3599, 3610, 3621, 3632, 3644, 3656, 3668, 3680, 3692, 3704, 3716, 3728,
	3740, 3752, 3764, 3776, 3788, 3800, 3812, 3824, 3836, 3848, 3860, 3872, 3882, 3893, 3904, 3915,
	3926, 3937, 3948, 3959, 3970, 3981, 3992, 4003, 4015, 4027, 4039, 4051, 4063, 4075, 4087, 4099,
	4111, 4123, 4135, 4147, 4159, 4171, 4183, 4195, 4207, 4219, 4231, 4243, 4255, 4267, 4279, 4291,
	4303, 4315, 4327, 4339, 4351, 4363, 4375, 4387, 4399, 4411, 4423, 4435, 4447, 4459, 4471, 4483,
	4495, 4507, 4519, 4531, 4543, 4555, 4567, 4579, 4591, 4603, 4615, 4627, 4638, 4650, 4662, 4674,
	4686, 4698, 4710, 4722, 4734, 4746, 4758, 4770, 4783, 4796, 4809, 4822, 4835, 4848, 4861, 4874,
	4887, 4900, 4913, 4926, 4939, 4952, 4965, 4978, 4991, 5004, 5017, 5030, 5043, 5056, 5069, 5082,
	5095, 5108, 5121, 5134, 5147, 5160, 5173, 5186, 5199, 5212, 5225, 5238, 5251, 5264, 5277, 5290,
	5303, 5316, 5329, 5342, 5355, 5368, 5381, 5394, 5407, 5420, 5433, 5446, 5459, 5472, 5485, 5498,
	5511, 5524, 5537, 5550, 5563, 5576, 5589, 5602, 5615, 5628, 5641, 5654, 5667, 5680, 5693, 5706,
	5719, 5732, 5745, 5758, 5771, 5784, 5797, 5810, 5823, 5836, 5849, 5862, 5875, 5888, 5901, 5914,
	5927, 5940, 5953, 5966, 5979, 5992, 6005, 6018, 6031, 6044, 6057, 6070, 6083, 6096, 6109, 6122,
	6135, 6148, 6161, 6174, 6187, 6200, 6213, 6226, 6240, 6254, 6268, 6282, 6288, 6294, 6301, 6309,
	6334, 6362, 6368, 6371, 6387, 6403, 6411, 6433, 6437, 6458, 6473, 6485, 6491, 6507, 6523, 6528,
	6535, 6546, 6550, 6573, 6594, 6619, 6640, 6661, 6682, 6700, 6711, 6727, 6743, 6759, 6775, 6791,
	6807, 6816, 6826, 6837, 6848, 6853, 6858, 6863, 6868, 6879, 6896, 6913, 6923, 6946, 6969, 6981,
	6999, 7009, 7019, 7029, 7039, 7044,
}

// name returns the name of entry i.
func name(i int) string {
	start := 0
	if i > 0 {
		start = int(codeNameEnds[i-1])
	}
	return codeNames[start:codeNameEnds[i]]
}

// find returns the entry of a code.
func find(c Code) (int, bool) {
	i := sort.Search(len(codes), func(i int) bool { return Code(codes[i]) >= c })
	return i, i < len(codes) && Code(codes[i]) == c
}

func (c Code) String() string {
	if i, ok := find(c); ok {
		return name(i)
	}
	return "Code(" + strconv.FormatInt(int64(c), 10) + ")"
}

// Set sets the code to that of a name, or to a number that has a name or is
// reserved.
func (c *Code) Set(text string) error {
	if n, err := strconv.ParseUint(text, 0, 64); err == nil {
		if _, ok := find(Code(n)); ok || n >= ReservedStart && n <= ReservedEnd {
			*c = Code(n)
			return nil
		}
	}
	for i := range codes {
		if name(i) == text {
			*c = Code(codes[i])
			return nil
		}
	}
	return fmt.Errorf("unknown multicodec: %q", text)
}
