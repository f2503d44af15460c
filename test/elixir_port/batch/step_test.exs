defmodule Thumbnailer.Batch.StepTest do
  use ExUnit.Case, async: true

  import ExUnit.CaptureIO
  import Thumbnailer.Fixtures

  alias Thumbnailer.{Batch, Steps}

  @moduletag :real
  @moduletag :steps

  setup %{test: name} do
    folder = folder()
    photos = Path.join(folder, "photos")
    File.mkdir_p!(photos)
    File.cp!(sample("photo.jpg"), Path.join(photos, "a.jpg"))
    on = start_instance(name, workers: 1, steps: [duotone: step("duotone")])
    {:ok, photos: photos, out: Path.join(folder, "thumbs"), on: on}
  end

  defp run(context, more),
    do: Batch.run(context.photos, [out: context.out, on: context.on] ++ more)

  defp made(context), do: File.read!(Path.join(context.out, "a.jpg"))

  test "a step changes the pictures of a batch", context do
    assert {:ok, %{made: 1}} = run(context, [])
    plain = made(context)
    assert {:ok, %{made: 1}} = run(context, step: {:duotone, strength: 0.5})
    assert made(context) != plain
    assert {:ok, %{made: 0, skipped: 1}} = run(context, step: {:duotone, strength: 0.5})
  end

  test "another module of the same name makes the images again", context do
    assert {:ok, %{made: 1}} = run(context, step: :duotone)
    assert {:ok, %{made: 0, skipped: 1}} = run(context, step: :duotone)
    assert {:ok, _step} = Steps.add(context.on, :duotone, {:bytes, changed_step("duotone")})
    assert {:ok, %{made: 1, skipped: 0}} = run(context, step: :duotone)
  end

  test "a step or parameter that there is not is told before anything is done", context do
    assert_raise ArgumentError, ~r/has no step :sepia/, fn -> run(context, step: :sepia) end

    assert_raise ArgumentError, ~r/a number from 0 to 1, got: 7/, fn ->
      run(context, step: {:duotone, strength: 7})
    end

    refute File.exists?(context.out)
  end

  describe "on the command line" do
    defp shell(context, arguments) do
      task =
        Task.async(fn ->
          capture_io(:stderr, fn ->
            output =
              capture_io(fn ->
                send(self(), {:status, Batch.CLI.run(arguments(context, arguments))})
              end)

            send(self(), {:output, output})
          end)
          |> then(fn errors ->
            receive do
              {:status, status} -> {status, errors}
            end
          end)
        end)

      Task.await(task, 60_000)
    end

    defp arguments(context, more), do: [context.photos, "--out", context.out, "--quiet" | more]

    test "--step names a step with its parameters, --steps the folder of its module", context do
      steps = ["--steps", root("samples/steps")]

      assert {0, _} =
               shell(context, steps ++ ["--step", "duotone:strength=0.5,dark=#102030+dither"])

      two = made(context)
      assert {0, _} = shell(context, steps ++ ["--step", "duotone:strength=0.5,dark=#102030"])
      assert made(context) != two
    end

    test "what is wrong with a step is told, and nothing is done", context do
      steps = ["--steps", root("samples/steps")]

      assert {1, message} = shell(context, steps ++ ["--step", "duotone:strength=7"])
      assert message =~ "parameter strength of step :duotone must be a number from 0 to 1"

      assert {1, message} = shell(context, steps ++ ["--step", "sepia"])
      assert message =~ "sepia.wasm"

      assert {2, message} = shell(context, ["--step", "Not a step"])
      assert message =~ "--step Not a step: it takes the name of a step"
      refute File.exists?(context.out)
    end
  end
end
