defmodule Mix.Tasks.Thumbnailer.StepTest do
  use ExUnit.Case, async: true

  import ExUnit.CaptureIO
  import Thumbnailer.Fixtures

  alias Mix.Tasks.Thumbnailer.Step, as: Task
  alias Thumbnailer.{Error, Steps}
  alias Thumbnailer.Translation.Translator

  @moduletag :real
  @moduletag :steps

  setup do
    folder = folder()
    module = changed_step("duotone")
    path = Path.join(folder, "duotone.wasm")
    File.write!(path, module)
    {:ok, module: module, path: path, out: Path.join(folder, "priv/steps")}
  end

  defp run(arguments), do: capture_io(fn -> Task.run(arguments) end)

  test "a module and its translation lie beside each other, and a second run makes nothing",
       context do
    native = Translator.native()
    assert run([context.path, "--out", context.out]) =~ "duotone.#{native}.step is made"
    assert Enum.sort(File.ls!(context.out)) == ["duotone.wasm", "duotone.#{native}.step"]
    assert File.read!(Path.join(context.out, "duotone.wasm")) == context.module
    assert run([context.path, "--out", context.out]) =~ "is current"
  end

  test "a changed module is translated again", context do
    run([context.path, "--out", context.out])
    File.write!(context.path, changed_step("duotone"))
    assert run([context.path, "--out", context.out]) =~ "is made"
  end

  test "an instance without the tools runs what was translated before", %{test: name} = context do
    run([context.path, "--out", context.out])
    start_instance(name, workers: 1, executable: without_tools())

    assert {:error, %Error{reason: :untranslated}} =
             Steps.add(name, :duotone, {:bytes, context.module})

    assert {:ok, _step} = Steps.add(name, :duotone, Path.join(context.out, "duotone.wasm"))
    plain = Thumbnailer.make!(sample("photo.jpg"), 60, on: name)
    assert Thumbnailer.make!(sample("photo.jpg"), 60, on: name, step: :duotone).data != plain.data
  end

  test "an instance has such a step from its start", %{test: name} = context do
    run([context.path, "--out", context.out])
    path = Path.join(context.out, "duotone.wasm")
    start_instance(name, workers: 1, executable: without_tools(), steps: [duotone: path])
    assert {:ok, _toned} = Thumbnailer.make(sample("photo.jpg"), 60, on: name, step: :duotone)
  end

  test "a translation of another module or another run time is not taken", context do
    run([context.path, "--out", context.out])
    path = Path.join(context.out, "duotone.wasm")
    translation = Translator.beside_path(path, Translator.native())
    no_tools = without_tools()
    assert {:ok, bytes} = Translator.get(context.module, path, no_tools)

    changed = changed_step("duotone")
    assert {:error, %Error{reason: :untranslated}} = Translator.get(changed, path, no_tools)

    [start, rest] = :binary.split(bytes, <<"thumbnailer", 0, 1::little-32, 1::little-32>>)
    File.write!(translation, [start, <<"thumbnailer", 0, 1::little-32, 2::little-32>>, rest])

    assert {:error, %Error{reason: :untranslated}} =
             Translator.get(context.module, path, no_tools)
  end

  test "both architectures are named as people name them", context do
    case Translator.get_for("aarch64", File.read!(step("duotone")), nil) do
      {:error, %Error{reason: :untranslated, message: why}} ->
        IO.puts("skipped: #{why}")

      {:ok, _translation} ->
        run([context.path, "--out", context.out, "--target", "x86-64", "--target", "arm64"])

        assert Enum.sort(File.ls!(context.out)) ==
                 ["duotone.aarch64.step", "duotone.wasm", "duotone.x86_64.step"]

        <<_::binary-size(18), machine::little-16, _::binary>> =
          File.read!(Path.join(context.out, "duotone.aarch64.step"))

        assert machine == 183
    end
  end

  test "what cannot be done is said", context do
    assert_raise Mix.Error, ~r/--target must be x86-64 or arm64, got: riscv/, fn ->
      run([context.path, "--target", "riscv"])
    end

    noise = Path.join(context.out, "Noise.wasm")
    assert_raise Mix.Error, ~r/a module is called NAME.wasm/, fn -> run([noise]) end

    File.write!(context.path, "no module")

    assert_raise Mix.Error, ~r/bad_step: it is no WebAssembly|bad_step: the/, fn ->
      run([context.path, "--out", context.out])
    end
  end
end
