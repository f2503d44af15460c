# Tests tagged :real need the port program; script/build makes it. THUMBNAILER_EXECUTABLE names another.
built = Path.expand("../../build/thumbnailer", __DIR__)

if System.get_env("THUMBNAILER_EXECUTABLE", "") == "" and File.regular?(built),
  do: System.put_env("THUMBNAILER_EXECUTABLE", built)

excluded =
  case Thumbnailer.Executable.find(nil) do
    {:ok, _path} ->
      if File.regular?(Thumbnailer.Parts.faulty()), do: [], else: [:faulty]

    {:error, why} ->
      IO.puts("tests of the real program are left out: #{why}")
      [:real, :faulty]
  end

ExUnit.start(exclude: excluded, capture_log: true)
