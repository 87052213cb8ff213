@main struct Farthing { static func main() {} }
