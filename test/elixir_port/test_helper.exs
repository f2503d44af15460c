# Tests tagged :real need the port program; script/build makes it. THUMBNAILER_EXECUTABLE names another.
built = Path.expand("../../build/thumbnailer", __DIR__)

if System.get_env("THUMBNAILER_EXECUTABLE", "") == "" and File.regular?(built),
  do: System.put_env("THUMBNAILER_EXECUTABLE", built)

excluded =
  case Thumbnailer.Port.Executable.find(nil) do
    {:ok, _path} ->
      if File.regular?(Thumbnailer.Fixtures.faulty()), do: [], else: [:faulty]

    {:error, why} ->
      IO.puts("tests of the real program are left out: #{why}")
      [:real, :faulty]
  end

# Tests tagged :steps translate modules, for which wabt and a compiler are needed.
translated =
  with [] <- excluded do
    module = File.read!(Thumbnailer.Fixtures.step("duotone"))
    Thumbnailer.Translation.Translator.get(module, nil, nil)
  end

excluded =
  case translated do
    {:error, %{reason: :untranslated, message: why}} ->
      IO.puts("tests of steps are left out: #{why}")
      [:steps | excluded]

    _translated_or_no_program ->
      excluded
  end

# The programs of fake_programs/ start python3 by its name. Where that is a shell script, as pyenv's is, they would take long to
# start, and the script complains when they are killed.
python = System.get_env("THUMBNAILER_PYTHON", "/usr/bin/python3")

if File.regular?(python) and System.find_executable("python3") != python do
  first = Path.join(System.tmp_dir!(), "thumbnailer-python-#{System.pid()}")
  File.mkdir_p!(first)
  _ = File.ln_s(python, Path.join(first, "python3"))
  System.put_env("PATH", first <> ":" <> System.fetch_env!("PATH"))
  ExUnit.after_suite(fn _result -> File.rm_rf!(first) end)
end

ExUnit.after_suite(fn _result -> Thumbnailer.Nodes.stop_name_server() end)

# A message that does come may be late where other tests keep the processors: nothing here is about how soon it comes.
ExUnit.start(exclude: excluded, capture_log: true, assert_receive_timeout: 10_000)
